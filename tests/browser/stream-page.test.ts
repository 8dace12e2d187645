/** The page of the stream in a browser, on Kafka in memory: the whole lesson, the keyboard, narrow screens, no JavaScript. */
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPageOpener, type PageOpener, pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

const PHONE = { width: 360, height: 740 };
const API = '/api/v1/stream';

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fixture: WebFixture;
let pages: PageOpener;
const pictures = pictureFolder(PROJECT_DIR);

beforeAll(async () => {
  fixture = await startWebFixture();
  pages = await createPageOpener(fixture.url, { width: 1280, height: 950 });
});
afterEach(async () => {
  await pages.close();
  await call('DELETE', 'messages');
  for (const { id, state } of await consumers()) if (state !== 'killed') await call('DELETE', `consumers/${id}`);
  await vi.waitFor(async () => expect(await consumers()).toEqual([]), { timeout: 10_000 });
});
afterAll(async () => {
  await pages?.stop();
  await fixture?.close();
});

const open = (path = '/stream', options?: BrowserContextOptions): Promise<Page> => pages.open(path, options);
const call = (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${fixture.url}${API}/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
const consumers = async (): Promise<{ id: string; state: string }[]> =>
  ((await (await fetch(fixture.url + API)).json()) as { consumers: { id: string; state: string }[] }).consumers;

const lane = (page: Page, number: number): Locator =>
  page.getByRole('region', { name: `Partition ${number}`, exact: true });
const card = (page: Page, name: string): Locator => page.locator('.member').filter({ hasText: name });
const readers = (page: Page): Promise<string[]> => page.locator('.lane .chip').allTextContents();
const happened = (page: Page, text: RegExp): Promise<void> =>
  page.locator('.timeline li').filter({ hasText: text }).first().waitFor();
const startOne = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start a consumer' }).click();
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function send(page: Page, keys: string, count: number, perSecond: number, key?: string): Promise<void> {
  await page.getByLabel('Key', { exact: true }).selectOption(keys);
  if (key !== undefined) await page.getByLabel('The key').fill(key);
  await page.getByLabel('Messages', { exact: true }).fill(String(count));
  await page.getByLabel('A second', { exact: true }).fill(String(perSecond));
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

// First, as later tests leave messages behind.
test('a picture of it', async () => {
  const page = await open('/stream', { viewport: { width: 1280, height: 1250 } });
  await page.waitForTimeout(300);
  await send(page, 'several', 48, 24);
  await startOne(page);
  await card(page, 'consumer-1').waitFor();
  await startOne(page);
  await card(page, 'consumer-2').waitFor();
  await page.getByLabel('Messages a second of consumer-2').fill('2');
  await happened(page, /consumer-2 joined/);
  await page.waitForTimeout(4_000);
  await page.screenshot({ path: join(pictures, 'stream.png') });
});

describe('the lesson', () => {
  test('the same key stays in its lane, no key takes them all', async () => {
    const page = await open();
    await lane(page, 3).waitFor();
    await send(page, 'one', 5, 10, 'cat');
    const cats = page.locator('.block').filter({ hasText: 'cat' });
    await expect.poll(() => cats.count()).toBe(5);
    const where = await cats.evaluateAll((blocks) =>
      blocks.map((block) => block.closest('.lane')?.getAttribute('aria-label')),
    );
    expect(new Set(where).size).toBe(1);
    const colours = await cats.evaluateAll((blocks) => blocks.map((block) => getComputedStyle(block).backgroundColor));
    expect(new Set(colours).size).toBe(1);
    await send(page, 'none', 4, 10);
    for (const number of [0, 1, 2, 3]) {
      await expect.poll(() => lane(page, number).locator('.block.k-none').count()).toBeGreaterThan(0);
    }
  });

  test('consumers share the lanes; a fifth waits; one that stops gives its lanes back', async () => {
    const page = await open();
    await startOne(page);
    await expect.poll(() => readers(page)).toEqual(['consumer-1', 'consumer-1', 'consumer-1', 'consumer-1']);
    await startOne(page);
    await expect.poll(async () => new Set(await readers(page)).size).toBe(2);
    for (const number of [3, 4, 5]) {
      await startOne(page);
      await card(page, `consumer-${number}`).waitFor();
    }
    await card(page, 'consumer-5').getByText('no partition: waits').waitFor();
    await happened(page, /no partition is left for consumer-5/);
    await card(page, 'consumer-2').getByRole('button', { name: 'Stop consumer-2' }).click();
    await happened(page, /consumer-2 left; partition.* went to consumer-\d.*, \d+ ms/);
    await expect
      .poll(async () => (await readers(page)).sort())
      .toEqual(['consumer-1', 'consumer-3', 'consumer-4', 'consumer-5']);
    await expect.poll(() => page.locator('#spoken').textContent()).toContain('consumer-2 left');
  });

  test('a killed one is missed when its session times out', async () => {
    const page = await open();
    await startOne(page);
    await card(page, 'consumer-1').waitFor();
    await startOne(page);
    await card(page, 'consumer-2').getByRole('button', { name: 'Kill consumer-2' }).click();
    await card(page, 'consumer-2')
      .getByText(/Its group waits \d s for its heartbeat/)
      .waitFor();
    expect(new Set(await readers(page))).toEqual(new Set(['consumer-1', 'consumer-2']));
    await happened(page, /the group noticed that consumer-2 is gone, [34]\.\d s after the kill/);
    await expect.poll(() => readers(page)).toEqual(['consumer-1', 'consumer-1', 'consumer-1', 'consumer-1']);
  });

  test('a slow consumer falls behind, a faster one catches up; a second group reads all again', async () => {
    const page = await open();
    await startOne(page);
    const pace = page.getByLabel('Messages a second of consumer-1');
    await pace.fill('1');
    await send(page, 'none', 40, 100);
    const group = page.getByRole('article', { name: 'Group playground', exact: true });
    const lag = async (): Promise<number> => Number(await group.locator('.total strong').textContent());
    await expect.poll(lag).toBeGreaterThan(25);
    await pace.fill('20');
    await expect.poll(lag, { timeout: 15_000 }).toBe(0);
    await expect.poll(() => group.locator('polyline').getAttribute('points')).toMatch(/ .* .* /);
    await page.getByRole('button', { name: 'Start one in playground-2' }).click();
    const second = page.getByRole('article', { name: 'Group playground-2' });
    await second.getByText('1 member reads').waitFor();
    await expect.poll(() => lane(page, 0).getByText('playground-2').count()).toBe(1);
  });

  test('is ticked off, and remembered', async () => {
    const page = await open();
    await page.getByLabel('Done: Same key, same lane').check();
    await page.getByText('They take the lanes in turn').waitFor();
    await page.reload();
    expect(await page.getByLabel('Done: Same key, same lane').isChecked()).toBe(true);
    expect(await page.getByText('Each key has its colour').isVisible()).toBe(false);
  });
});

describe('the page', () => {
  test('shows a member that somebody started elsewhere', async () => {
    const terminal = fixture.kafka.join('playground', 'consumer', '10.77.0.1');
    const page = await open();
    await card(page, 'Started elsewhere, at 10.77.0.1.').waitFor();
    expect(await readers(page)).toEqual(['consumer', 'consumer', 'consumer', 'consumer']);
    fixture.kafka.leave('playground', terminal.id);
    await happened(page, /consumer left; nobody reads partitions 0, 1, 2 and 3 now/);
  });

  test('opens a message, whole, by keyboard', async () => {
    const page = await open('/stream/chat');
    fixture.kafka.send([{ topic: 'chat', key: 'long', value: `<b>${'word '.repeat(200)}the end`, partition: 2 }]);
    const block = lane(page, 2).getByRole('button', { name: /key long/ });
    await block.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Message 0 of partition 2' });
    await dialog.getByText('the end').waitFor();
    expect(await dialog.locator('b').count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await block.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('leads from message to message by arrows, with one stop of the tabulator a lane', async () => {
    const page = await open();
    await call('POST', 'messages', { text: 'x', key: 'cat', count: 5, perSecond: 100, spread: 'key' });
    const blocks = page
      .locator('.lane')
      .filter({ has: page.getByText('cat', { exact: true }) })
      .first()
      .locator('.block');
    await expect.poll(() => blocks.count()).toBeGreaterThan(4);
    await expect.poll(() => blocks.locator('xpath=self::*[@tabindex="0"]').count()).toBe(1);
    await blocks.last().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await blocks.nth(-2).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('says that Kafka is away, and goes on when it is back', async () => {
    const page = await open();
    await lane(page, 0).waitFor();
    fixture.kafka.isAway = true;
    await page.locator('#problem').getByText('Kafka does not answer').waitFor();
    fixture.kafka.isAway = false;
    await startOne(page);
    await card(page, 'consumer-1').waitFor();
    await expect.poll(() => page.locator('#problem').textContent()).toBe('');
  });

  test('can be held, and keeps its numbers to itself meanwhile', async () => {
    const page = await open();
    await lane(page, 0).waitFor();
    await page.getByRole('button', { name: 'Hold the picture' }).click();
    const before = await page.locator('.block').count();
    await call('POST', 'messages', { text: 'held', count: 8, perSecond: 100, spread: 'round-robin' });
    await page.waitForTimeout(500);
    expect(await page.locator('.block').count()).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('cell', { name: 'held 8' }).waitFor();
  });

  test('stays alive under a flood', async () => {
    const page = await open('/stream/test_topic');
    await lane(page, 0).waitFor();
    const until = Date.now() + 2_000;
    let sent = 0;
    while (Date.now() < until) {
      fixture.kafka.send(
        Array.from({ length: 200 }, (_, index) => ({ topic: 'test_topic', key: null, value: `v${sent + index}` })),
      );
      sent += 200;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await lane(page, 0)
      .getByText(/[\d,]+ a second/)
      .waitFor();
    await page.getByRole('cell', { name: `v${sent - 1}`, exact: true }).waitFor();
    expect(await page.locator('.block').count()).toBeLessThan(40);
  });

  test('moves nothing for who wants no motion', async () => {
    await call('POST', 'messages', { text: 'x', count: 1, perSecond: 1, spread: 'key' });
    const moves = async (page: Page): Promise<string[]> => {
      const block = page.locator('.block').first();
      await block.waitFor();
      return block.evaluate((each) => [
        getComputedStyle(each).animationName,
        getComputedStyle(each).transitionProperty,
      ]);
    };
    expect(await moves(await open())).toEqual(['arrive', 'transform']);
    await pages.close();
    expect((await moves(await open('/stream', { reducedMotion: 'reduce' })))[0]).toBe('none');
  });

  test('fits a phone of 360 pixels, and is whole in the dark', async () => {
    await call('POST', 'consumers', {});
    await call('POST', 'messages', { text: 'x', count: 100, perSecond: 50, spread: 'key' });
    for (const path of ['/stream', '/stream/ci.jobs']) {
      const page = await open(path, { viewport: PHONE, deviceScaleFactor: 2, colorScheme: 'dark' });
      await lane(page, 0).waitFor();
      await page.waitForTimeout(800);
      expect(await overflow(page), path).toBeLessThanOrEqual(0);
      if (path === '/stream') await page.screenshot({ path: join(pictures, 'stream-phone.png') });
      await pages.close();
    }
  });

  test.each(['light', 'dark'] as const)('has enough contrast (%s)', async (colorScheme) => {
    await call('POST', 'consumers', {});
    await call('POST', 'messages', { text: 'x', count: 60, perSecond: 100, spread: 'key' });
    const page = await open('/stream', { colorScheme, reducedMotion: 'reduce' });
    await page.locator('.chip').first().waitFor();
    await page.waitForTimeout(800);
    expect(await findFaint(page)).toEqual([]);
  });

  test('has names for all that can be operated', async () => {
    await call('POST', 'consumers', {});
    const page = await open();
    await card(page, 'consumer-1').waitFor();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('a, button, input, select, summary, [tabindex="0"]')]
        .filter((element) => {
          const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
          const words = [element.ariaLabel, element.textContent, ...labels.map((each) => each.textContent)];
          return words.every((each) => (each ?? '').trim() === '');
        })
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
  });

  test('says what matters without JavaScript', async () => {
    await call('POST', 'messages', { text: 'in print', count: 1, perSecond: 1, spread: 'key' });
    const page = await open('/stream', { javaScriptEnabled: false });
    await page.getByRole('cell', { name: 'in print' }).waitFor();
    await page.getByRole('columnheader', { name: 'Next offset' }).waitFor();
    expect(await page.getByRole('button', { name: 'Start a consumer' }).count()).toBe(0);
    await page.getByRole('link', { name: 'chat', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /chat/ }).waitFor();
  });
});

/** Texts of which too little stands out from what is behind them (4.5 to 1). */
const findFaint = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (canvas === null) throw new Error('no canvas');
    const parse = (colour: string): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const behind = (element: Element | null): number[] => {
      if (element === null) return [255, 255, 255, 255];
      const colour = parse(getComputedStyle(element).backgroundColor);
      return (colour[3] ?? 0) > 250 ? colour : behind(element.parentElement);
    };
    const light = (colour: number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = [...document.querySelectorAll('main *')].flatMap((element) => {
      const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== '');
      if (!text || !element.checkVisibility()) return [];
      const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      return ratio < 4.5 ? [`${element.className}: ${element.textContent?.slice(0, 20)} ${ratio.toFixed(2)}`] : [];
    });
    return [...new Set(faint)];
  });
