/** Reading the chat in browsers: over lost connections, back to what was said long ago, without JavaScript, in light and dark. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPeople, log, type People, SOON, say, talk } from './chat-people.ts';

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let people: People;

beforeAll(async () => {
  people = await createPeople();
});
afterEach(() => people.leave());
afterAll(() => people?.stop());

const fromEnd = (page: Page): Promise<number> =>
  log(page).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);

describe('one who reads', () => {
  test('misses nothing when the connection is lost, and is told of it quietly', async () => {
    const room = people.newRoom();
    const page = await people.open(room, 'Ann');
    await say(page, 'before');
    await log(page).getByText('before').waitFor();
    await page.context().setOffline(true);
    people.fixture.app.server.closeAllConnections();
    await page.getByText('The connection was lost. Trying again...').waitFor({ timeout: 10_000 });
    people.append(room, 'meanwhile 1');
    people.append(room, 'meanwhile 2');
    await page.context().setOffline(false);
    await log(page).getByText('meanwhile 2').waitFor({ timeout: 15_000 });
    await page.getByText('The connection was lost.').waitFor({ state: 'hidden' });
    people.append(room, 'after');
    await log(page).getByText('after').waitFor(SOON);
    expect(await talk(page)).toEqual(['Ann: before', 'Prof: meanwhile 1', 'Prof: meanwhile 2', 'Prof: after']);
  });

  test('stays where they read, is told how much is new, and goes back as far as is remembered', async () => {
    const room = people.newRoom();
    for (let n = 0; n < 150; n++) people.append(room, `line ${n}`);
    const page = await people.open(room, 'Ann');
    await log(page).getByText('line 149', { exact: true }).waitFor();
    expect(await fromEnd(page)).toBeLessThan(5);
    people.append(room, 'line 150');
    await log(page).getByText('line 150', { exact: true }).waitFor();
    expect(await fromEnd(page)).toBeLessThan(5);

    await log(page).evaluate((element) => {
      // A message may come between the scrolling and its event, which browsers tell with the next frame.
      document.addEventListener('scroll', (event) => event.stopImmediatePropagation(), { capture: true, once: true });
      element.scrollTop = 300;
    });
    people.append(room, 'unseen 1');
    people.append(room, 'unseen 2');
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
    const room = people.newRoom();
    people.append(room, 'written <b>before</b>');
    people.append(room, 'https://lab.example/x');
    await expect
      .poll(async () => (await fetch(`${people.fixture.url}/api/v1/chat/rooms/${room}`)).text())
      .toContain('lab.example');
    const page = await people.open(room, undefined, { javaScriptEnabled: false });
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
    const room = people.newRoom();
    for (const name of ['Ann', 'Ben', 'Carla', 'Dora', 'Emil', 'Fay', 'Gus', 'Hal']) people.append(room, 'hello', name);
    const page = await people.open(room, 'Ann', { colorScheme });
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
