/** The chat between two browsers, a terminal and Kafka, at once; and while the web app and the broker are killed under it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../helpers/chromium.ts';
import { awaitWholeCluster, killService } from '../helpers/faults.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { lab, PATIENCE, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const room = `room-${randomUUID().slice(0, 8)}`;
/** What a line may take from one person to another. */
const LINE_LIMIT_MS = 2_000;

describe('two browsers and a terminal in one room', () => {
  let browser: Browser;
  let terminal: ChildProcess;
  let printed = '';
  const pages: Record<string, Page> = {};

  const enter = async (user: string, into = room): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(30_000 * PATIENCE);
    await page.goto(`${outputs.chatUrl}/${into}`);
    await page.getByLabel('Your name, to talk here').fill(user);
    await page.getByRole('button', { name: 'Join' }).click();
    return page;
  };
  const say = async (page: Page | undefined, text: string): Promise<void> => {
    await page?.getByLabel(/message to/i).fill(text);
    await page?.keyboard.press('Enter');
  };
  const sees = (page: Page | undefined, text: string): Promise<void> | undefined =>
    page
      ?.getByRole('log')
      .getByText(text, { exact: true })
      .waitFor({ timeout: LINE_LIMIT_MS * PATIENCE });
  const terminalSees = (text: RegExp): Promise<true> =>
    waitFor(`${text} in the terminal`, async () => (text.test(printed) ? true : undefined), LINE_LIMIT_MS);

  beforeAll(async () => {
    browser = await launchChromium();
    terminal = spawn('./lab', ['chat', '-s', stack, '--', room, '--user', 'cem'], { cwd: PROJECT_DIR });
    terminal.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
    });
    pages.ann = await enter('ann');
    pages.bob = await enter('bob');
    await pages.ann.getByText('cem', { exact: true }).first().waitFor();
  });
  afterAll(async () => {
    terminal.stdin?.end();
    await browser.close();
  });

  test('each see what the others say, under the right name, within two seconds', async () => {
    await say(pages.ann, 'Good morning');
    await Promise.all([sees(pages.bob, 'Good morning'), terminalSees(/ann.*Good morning/)]);
    await say(pages.bob, 'And to <b>you</b>');
    await Promise.all([sees(pages.ann, 'And to <b>you</b>'), terminalSees(/bob.*And to <b>you<\/b>/)]);
    terminal.stdin?.write('Hello from a terminal\n');
    await Promise.all([sees(pages.ann, 'Hello from a terminal'), sees(pages.bob, 'Hello from a terminal')]);
  });

  test('who comes late reads what was said; another room hears nothing of it', async () => {
    const late = await enter('dora');
    await sees(late, 'Good morning');
    const elsewhere = await enter('eve', `${room}-b`);
    await elsewhere.getByText('Nothing has been said here yet.').waitFor();
    expect(await elsewhere.getByText('Good morning').count()).toBe(0);
  });

  test('all of it went through Kafka, where anyone can read it and say something', async () => {
    const consumed = await lab([
      'stream',
      'consume',
      '-s',
      stack,
      '--',
      '-topic',
      'chat',
      '-groupid',
      randomUUID(),
      '--idle',
      '1',
    ]);
    for (const line of ['[ann]: Good morning', '[bob]: And to <b>you</b>', '[cem]: Hello from a terminal'])
      expect(consumed.stdout.split('\n')).toContain(line);
    const message = ['-topic', 'chat', '--key', room, '--user', 'kafka', '--message', 'From a producer'];
    const produced = await lab(['stream', 'produce', '-s', stack, '--', ...message]);
    expect(produced, produced.stderr).toMatchObject({ status: 0 });
    await Promise.all([sees(pages.ann, 'From a producer'), terminalSees(/kafka.*From a producer/)]);
  });
});

const faults = process.env.LAB_E2E_FAULTS === 'all';

test('who leaves is gone at once, also for the app behind the proxy', async () => {
  const people = async (): Promise<string[]> => {
    const response = await fetch(`${outputs.apiUrl}/chat/rooms/${room}-c`);
    return ((await response.json()) as { people: { user: string }[] }).people.map(({ user }) => user);
  };
  const source = new EventSource(`${outputs.apiUrl}/chat/rooms/${room}-c/events?user=ann`);
  await waitFor('ann', async () => ((await people()).includes('ann') ? true : undefined));
  source.close();
  await waitFor('nobody', async () => ((await people()).length === 0 ? true : undefined), LINE_LIMIT_MS);
});

describe.skipIf(!faults)('numbered messages while the web app and the broker are killed (by --faults)', () => {
  const COUNT = 300;
  const PER_SECOND = 20;
  /** One alone may not say so much. */
  const SPEAKERS = 15;

  /** Follows the room; an answer that is none, as from a proxy without its app, ends an EventSource: a client opens another then. */
  function listen(onMessage: (user: string, text: string) => void): { isOpen(): boolean; close(): void } {
    let last: string | undefined;
    let retry: NodeJS.Timeout | undefined;
    const open = (): EventSource => {
      const after = last === undefined ? '' : `&after=${encodeURIComponent(last)}`;
      const opened = new EventSource(`${outputs.apiUrl}/chat/rooms/${room}/events?user=reader${after}`);
      opened.addEventListener('message', ({ data, lastEventId }) => {
        last = lastEventId;
        const { user, text } = JSON.parse(data) as { user: string; text: string };
        onMessage(user, text);
      });
      opened.addEventListener('error', () => {
        if (opened.readyState !== EventSource.CLOSED) return;
        retry = setTimeout(() => {
          source = open();
        }, 500);
      });
      return opened;
    };
    let source = open();
    return {
      isOpen: () => source.readyState === EventSource.OPEN,
      close: () => {
        clearTimeout(retry);
        source.close();
      },
    };
  }

  /** Says a message until it is acknowledged, as the page does: under one name, so that it is there once. */
  async function sayUntilTaken(number: number): Promise<void> {
    const body = JSON.stringify({ user: `counter-${number % SPEAKERS}`, text: `#${number}`, sendId: randomUUID() });
    await waitFor(`message ${number} to be taken`, async () => {
      const response = await fetch(`${outputs.apiUrl}/chat/rooms/${room}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      return response.ok ? true : undefined;
    });
  }

  test('all arrive once, in order, at a client that is cut off in between', async () => {
    const seen: number[] = [];
    const reader = listen((user, text) => {
      if (user.startsWith('counter-')) seen.push(Number(text.slice(1)));
    });
    try {
      await waitFor('the stream', async () => (reader.isOpen() ? true : undefined));
      const harm = (async () => {
        await delay(2_000);
        await killService(stack, 'web', 'web.service');
        await delay(4_000);
        await killService(stack, 'kafka-1', 'kafka.service');
        await awaitWholeCluster(stack);
      })();
      // One after the other, so that their order is known.
      for (let number = 1; number <= COUNT; number++) {
        const next = delay(1_000 / PER_SECOND);
        await sayUntilTaken(number);
        await next;
      }
      await harm;
      await waitFor('the last message', async () => (seen.includes(COUNT) ? true : undefined));
      expect(seen).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
    } finally {
      reader.close();
    }
  });
});
