/** The chat in browsers: people who talk, come late, lose the connection, and use the keyboard or a phone. */
import { join } from 'node:path';
import { CHAT_TOPIC } from '@cloud-lab/common/topics';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium, pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { sampleTalk } from '../helpers/memory-chat.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

const PHONE = { width: 360, height: 740 };
const SOON = { timeout: 2_000 };

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fixture: WebFixture;
let browser: Browser;
let contexts: BrowserContext[] = [];
let complaints: string[] = [];
let rooms = 0;

beforeAll(async () => {
  fixture = await startWebFixture();
  browser = await launchChromium();
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  const said = complaints;
  complaints = [];
  expect(said, 'what the consoles of the browsers say').toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});

/** A room of its own for each test. */
const newRoom = (): string => `room-${++rooms}`;

/** A person in a browser of their own; without a name yet where it is undefined. */
async function open(room: string, name?: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  contexts.push(context);
  if (name !== undefined) await context.addInitScript((kept) => localStorage.setItem('chat-name', kept), name);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isLost = /ERR_(INCOMPLETE_CHUNKED|INTERNET_DISCONNECTED|CONNECTION|NETWORK|EMPTY|FAILED)|503/.test(
      message.text(),
    );
    if (['error', 'warning'].includes(message.type()) && !isLost) complaints.push(message.text());
  });
  await page.goto(`${fixture.url}/chat/${room}`);
  if (name !== undefined) await here(page, name).waitFor();
  return page;
}

const box = (page: Page) => page.getByRole('textbox', { name: /^Message to/ });
const log = (page: Page) => page.getByRole('log');
const here = (page: Page, name: string) => page.getByLabel('Who is here').getByText(name, { exact: true });
const fromEnd = (page: Page): Promise<number> =>
  log(page).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);

async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
}

const append = (room: string, text: string, user = 'Prof'): void =>
  fixture.chatTopics.append(CHAT_TOPIC, { key: room, value: `[${user}]: ${text}` });

/** Who said what, as it stands there. */
const talk = (page: Page): Promise<string[]> =>
  log(page)
    .locator('.turn')
    .evaluateAll((turns) =>
      turns.flatMap((turn) =>
        [...turn.querySelectorAll('.said')].map(
          (said) => `${turn.querySelector('.who strong')?.textContent}: ${said.textContent}`,
        ),
      ),
    );

// First, as later tests leave rooms behind.
describe('the page of a chat that is used', () => {
  test('looks as it should, and fits a phone of 360 pixels', async () => {
    sampleTalk(fixture.chatTopics);
    const pictures = pictureFolder(PROJECT_DIR);
    const elsewhere = await open('team-1', 'Carla');
    await say(elsewhere, 'Shall we meet at two?');
    const [ben, ann] = [await open('lobby', 'Ben'), await open('lobby', 'Ann')];
    await here(ann, 'Ben').waitFor();
    await box(ben).pressSequentially('Well d');
    await ann.getByText('Ben is writing...').waitFor();
    await ann.getByRole('link', { name: /^team-1/ }).waitFor();
    await ann.screenshot({ path: join(pictures, 'chat.png') });

    const phone = await open('lobby', 'Phone', { viewport: PHONE, deviceScaleFactor: 2 });
    await phone.screenshot({ path: join(pictures, 'chat-phone.png') });
    const overflow = await phone.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    const button = await phone.getByRole('button', { name: 'Send' }).boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(PHONE.height);
  });
});

describe('two people in a room', () => {
  test('see each other, what each says, and who is writing', async () => {
    const room = newRoom();
    const [ann, ben] = [await open(room, 'Ann'), await open(room, 'Ben')];
    await here(ann, 'Ben').waitFor(SOON);
    await box(ann).pressSequentially('Hel');
    await ben.getByText('Ann is writing...').waitFor(SOON);
    await say(ann, 'Hello Ben');
    await log(ben).getByText('Hello Ben').waitFor(SOON);
    await ben.getByText('Ann is writing...').waitFor({ state: 'hidden', ...SOON });
    await say(ben, 'Hello Ann');
    await log(ann).getByText('Hello Ann').waitFor(SOON);
    for (const page of [ann, ben]) expect(await talk(page)).toEqual(['Ann: Hello Ben', 'Ben: Hello Ann']);
    expect(await log(ann).locator('.own').count()).toBe(1);
    expect(await log(ann).locator('.own').textContent()).toContain('Annyou');
    await ben.close();
    await here(ann, 'Ben').waitFor({ state: 'hidden', ...SOON });
  });

  test('are alone in it: another room hears nothing, and one who comes late reads all', async () => {
    const [room, other] = [newRoom(), newRoom()];
    const [ann, carla] = [await open(room, 'Ann'), await open(other, 'Carla')];
    await say(ann, 'for this room');
    await log(ann).getByText('for this room').waitFor();
    await say(carla, 'for that room');
    const late = await open(room, 'Late');
    await log(late).getByText('for this room').waitFor(SOON);
    expect(await talk(late)).toEqual(['Ann: for this room']);
    expect(await talk(carla)).toEqual(['Carla: for that room']);
    await late.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: other }).click();
    await log(late).getByText('for that room').waitFor();
  });

  test('say text and nothing else; addresses become links', async () => {
    const room = newRoom();
    const [ann, ben] = [await open(room, 'Ann'), await open(room, 'Ben')];
    const text = '<script>document.title = "taken"</script> **b** <img src=x> (see https://lab.example/a?b=1).';
    await say(ann, text);
    await say(ann, 'javascript:alert(1)');
    await log(ben).getByText('javascript:alert(1)').waitFor(SOON);
    expect(await talk(ben)).toEqual([`Ann: ${text}`, 'Ann: javascript:alert(1)']);
    expect(await log(ben).locator('script, img, b').count()).toBe(0);
    const links = await log(ben)
      .getByRole('link')
      .evaluateAll((all) => all.map((each) => [each.getAttribute('href'), each.getAttribute('rel')]));
    expect(links).toEqual([['https://lab.example/a?b=1', 'noopener nofollow']]);
    await ben.reload();
    expect(await talk(ben)).toHaveLength(2);
    expect(await ben.title()).toContain(room);
  });
});

describe('one who talks', () => {
  test('is asked for a name once, may change it, and cannot take one that is none', async () => {
    const room = newRoom();
    const page = await open(room);
    await page.getByLabel('Your name, to talk here').fill('[Ann]');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText('A name has up to 32 characters').waitFor();
    await page.getByLabel('Your name, to talk here').fill('Ann');
    await page.keyboard.press('Enter');
    await here(page, 'Ann').waitFor(SOON);
    await page.reload();
    await here(page, 'Ann').waitFor(SOON);
    await page.getByRole('button', { name: 'Change name' }).click();
    await page.getByLabel('Your name from now on').fill('Anna');
    await page.keyboard.press('Enter');
    await here(page, 'Anna').waitFor(SOON);
    await here(page, 'Ann').waitFor({ state: 'hidden', ...SOON });
  });

  test('uses the keyboard: Shift+Enter begins a line, Enter sends, and what is left is counted', async () => {
    const page = await open(newRoom(), 'Ann');
    await box(page).pressSequentially('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await expect.poll(() => talk(page)).toEqual(['Ann: one\ntwo']);
    expect(await box(page).inputValue()).toBe('');
    expect(await box(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await box(page).fill('x'.repeat(1_900));
    await page.getByText('100 characters left').waitFor();
    await box(page).fill('x'.repeat(2_003));
    await page.getByText('3 characters too many').waitFor();
    await page.keyboard.press('Enter');
    expect(await box(page).inputValue()).toHaveLength(2_003);
    expect(await talk(page)).toHaveLength(1);
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
  });

  test('keeps what could not be sent, and sends it once when asked again', async () => {
    const room = newRoom();
    const page = await open(room, 'Ann');
    fixture.chatTopics.setAway(true);
    await say(page, 'important');
    await page.getByText('Not sent: Kafka does not take messages right now.').waitFor();
    fixture.chatTopics.setAway(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Not sent').waitFor({ state: 'hidden' });
    await expect.poll(() => log(page).locator('.sending').count()).toBe(0);
    expect(await talk(page)).toEqual(['Ann: important']);
  });

  test('opens a room by its name, as people write names', async () => {
    const page = await open(newRoom(), 'Ann');
    await page.getByLabel('Open a room').fill('Our Team 7');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.waitForURL(/\/chat\/our-team-7$/);
    await page.getByRole('heading', { level: 1, name: 'our-team-7' }).waitFor();
  });
});

describe('one who reads', () => {
  test('misses nothing when the connection is lost, and is told of it quietly', async () => {
    const room = newRoom();
    const page = await open(room, 'Ann');
    await say(page, 'before');
    await log(page).getByText('before').waitFor();
    await page.context().setOffline(true);
    fixture.app.server.closeAllConnections();
    await page.getByText('The connection was lost. Trying again...').waitFor({ timeout: 10_000 });
    append(room, 'meanwhile 1');
    append(room, 'meanwhile 2');
    await page.context().setOffline(false);
    await log(page).getByText('meanwhile 2').waitFor({ timeout: 15_000 });
    await page.getByText('The connection was lost.').waitFor({ state: 'hidden' });
    append(room, 'after');
    await log(page).getByText('after').waitFor(SOON);
    expect(await talk(page)).toEqual(['Ann: before', 'Prof: meanwhile 1', 'Prof: meanwhile 2', 'Prof: after']);
  });

  test('stays where they read, is told how much is new, and goes back as far as is remembered', async () => {
    const room = newRoom();
    for (let n = 0; n < 150; n++) append(room, `line ${n}`);
    const page = await open(room, 'Ann');
    await log(page).getByText('line 149', { exact: true }).waitFor();
    expect(await fromEnd(page)).toBeLessThan(5);
    append(room, 'line 150');
    await log(page).getByText('line 150', { exact: true }).waitFor();
    expect(await fromEnd(page)).toBeLessThan(5);

    await log(page).evaluate((element) => {
      element.scrollTop = 300;
    });
    await page.waitForFunction(() => document.querySelector('.log')?.scrollTop === 300);
    append(room, 'unseen 1');
    append(room, 'unseen 2');
    await page.getByRole('button', { name: '2 new messages' }).waitFor(SOON);
    expect(await log(page).evaluate((element) => element.scrollTop)).toBe(300);
    const top = () =>
      log(page)
        .getByText('line 60', { exact: true })
        .evaluate((each) => each.getBoundingClientRect().top);
    const before = await top();
    await page.getByRole('button', { name: 'Older messages' }).dispatchEvent('click');
    await log(page).getByText('line 0', { exact: true }).waitFor();
    expect(Math.abs((await top()) - before)).toBeLessThan(60);
    await page.getByRole('button', { name: 'Older messages' }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: '2 new messages' }).click();
    expect(await fromEnd(page)).toBeLessThan(5);
    expect(await page.getByRole('button', { name: /new message/ }).count()).toBe(0);
    expect(await talk(page)).toHaveLength(153);
  });

  test('needs no JavaScript to read', async () => {
    const room = newRoom();
    append(room, 'written <b>before</b>');
    append(room, 'https://lab.example/x');
    await expect
      .poll(async () => (await fetch(`${fixture.url}/api/v1/chat/rooms/${room}`)).text())
      .toContain('lab.example');
    const page = await open(room, undefined, { javaScriptEnabled: false });
    expect(await log(page).innerText()).toContain('written <b>before</b>');
    await page.getByRole('link', { name: 'https://lab.example/x' }).waitFor();
    await page.getByText(`POST /api/v1/chat/rooms/${room}/messages`).waitFor();
    await page.getByText(`./lab chat ${room}`).waitFor();
    await page.getByLabel('Open a room').fill('Other Room');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    expect(new URL(page.url()).pathname).toBe('/chat/other-room');
  });
});

describe('the page', () => {
  test.each(['light', 'dark'] as const)('can be read in %s', async (colorScheme) => {
    const room = newRoom();
    for (const name of ['Ann', 'Ben', 'Carla', 'Dora', 'Emil', 'Fay', 'Gus', 'Hal']) append(room, 'hello', name);
    const page = await open(room, 'Ann', { colorScheme });
    await log(page).locator('.turn').nth(7).waitFor();
    const poor = await page.evaluate(() => {
      const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
      const light = (color: string): number => {
        const [r = 0, g = 0, b = 0] = parse(color).map((part) => {
          const share = part / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const backOf = (element: Element | null): string => {
        for (let each = element; each !== null; each = each.parentElement) {
          const { backgroundColor } = getComputedStyle(each);
          if (parse(backgroundColor)[3] !== 0) return backgroundColor;
        }
        return 'rgb(255, 255, 255)';
      };
      return [...document.querySelectorAll('#chat *')].flatMap((element) => {
        const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
        if (!hasText || !(element as HTMLElement).checkVisibility()) return [];
        const [one = 0, other = 0] = [light(getComputedStyle(element).color), light(backOf(element))].sort(
          (a, b) => b - a,
        );
        const contrast = (one + 0.05) / (other + 0.05);
        return contrast < 4.5 ? [`${element.outerHTML.slice(0, 80)}: ${contrast.toFixed(2)}`] : [];
      });
    });
    expect(poor).toEqual([]);
  });
});
