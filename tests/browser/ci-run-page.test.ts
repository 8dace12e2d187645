/** The page of a run and the lines of its files in a browser, on sample runs. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPageOpener, type PageOpener } from '../helpers/chromium.ts';
import { sampleRun, sampleTests } from '../helpers/sample-runs.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

const FILE = 'coverage/mylib/numbers.py';

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fixture: WebFixture;
let pages: PageOpener;

beforeAll(async () => {
  fixture = await startWebFixture();
  pages = await createPageOpener(fixture.url, { width: 1280, height: 900 });
});
afterEach(() => pages.close());
afterAll(async () => {
  await pages?.stop();
  await fixture?.close();
});

/** Opens a page in a browser of its own; whatever its console complains of fails the test. */
const open = (path: string): Promise<Page> => pages.open(path);

const failedRun = (): string => fixture.pathOf('feature/round-half-even', 'failed');

describe('the page of a run', () => {
  test('shows the log as it grows, without colours and as text; it follows the end until the reader scrolls up', async () => {
    const live = await fixture.begin('main', 'Write much');
    await live.step('test');
    const page = await open(`/ci/${live.id}`);
    const log = page.locator('#log');
    const fromEnd = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    live.write('\u001b[32mgreen\u001b[0m <b>bold</b>\nhalf a li');
    await page.getByText('green <b>bold</b>').waitFor();
    await page.getByText('half a li', { exact: true }).waitFor();
    live.write(`ne\n${'more\n'.repeat(200)}now the end\n`);
    await page.getByText('half a line').waitFor();
    await page.getByText('now the end').waitFor();
    expect(await fromEnd()).toBeLessThan(5);
    expect(await log.locator('b').count()).toBe(0);

    await log.evaluate((box) => {
      box.scrollTop = 0;
    });
    await page.getByRole('button', { name: 'Follow the end' }).waitFor();
    live.write('after the end\n');
    await page.getByText('after the end').waitFor();
    expect(await log.evaluate((box) => box.scrollTop)).toBe(0);
    await page.getByRole('button', { name: 'Follow the end' }).click();
    expect(await fromEnd()).toBeLessThan(5);

    // What the reader has opened stays open while the page goes on.
    await page.getByText('Run the tests', { exact: true }).click();
    await live.step('report');
    await page.getByText('Publishing the report.', { exact: true }).waitFor();
    expect(await page.getByText('The project’s own tests run').isVisible()).toBe(true);
    const tests = sampleTests(3, 1);
    await live.end(sampleRun({ subject: '', requestedAt: new Date(), tests, state: 'failed', reason: 'One failed.' }));
    await page.getByRole('heading', { level: 1, name: /^Failed/ }).waitFor();
    expect(await page.locator('#spoken').textContent()).toBe('Failed. One failed.');
    await page.getByText('assert round_half_even(-2.5) == -2').first().waitFor();
  });

  test('stays alive under a log of 10 MB', async () => {
    const live = await fixture.begin('main', 'Write very much');
    await live.step('test');
    const line = `${'x'.repeat(99)}\n`;
    live.write(line.repeat(105_000));
    const page = await open(`/ci/${live.id}`);
    await page.evaluate(() => {
      Object.assign(globalThis, { longest: 0 });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          Object.assign(globalThis, { longest: Math.max(Reflect.get(globalThis, 'longest') as number, duration) });
        }
      }).observe({ type: 'longtask', buffered: true });
    });
    live.write('the very end\n');
    await page.getByText('the very end').waitFor({ timeout: 15_000 });
    const longest = await page.evaluate(() => Reflect.get(globalThis, 'longest') as number);
    expect(longest).toBeLessThan(1_000);
    expect(await page.locator('#log').evaluate((box) => box.textContent?.length)).toBe(105_000 * 100 + 13);
    await live.end(sampleRun({ subject: '', requestedAt: new Date() }));
  });

  test('filters the tests by state and by words', async () => {
    const page = await open(failedRun());
    const shown = page.locator('.tests > li:visible');
    expect(await shown.count()).toBe(3);
    await page.getByLabel('Passed 38').check();
    expect(await shown.count()).toBe(38);
    await page.getByLabel('Name of the test holds').fill('negative');
    const names = await shown.locator('.name').allTextContents();
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect(name).toContain('negative');
    await page.getByText(`${names.length} of 41 shown.`).waitFor();
  });

  test('runs again', async () => {
    const path = fixture.pathOf('try-new-plot', 'errored');
    const page = await open(path);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.waitForURL((url) => url.pathname !== path);
    await page.getByRole('heading', { level: 1, name: /^Passed/ }).waitFor();
  });

  test('copies the Markdown of the badges', async () => {
    const page = await open(failedRun());
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const loaded = await page.evaluate(() =>
      [...document.images].map((image) => image.complete && image.naturalWidth > 40),
    );
    expect(loaded).toEqual([true, true]);
  });
});

describe('the lines of a file', () => {
  test('are gone through by keys and buttons, missed ones only', async () => {
    const page = await open(`${failedRun()}/${FILE}`);
    const here = () => page.evaluate(() => document.activeElement?.id);
    const been: (string | undefined)[] = [];
    for (const key of ['n', 'n', 'n', 'n', 'p', 'p']) {
      await page.keyboard.press(key);
      been.push(await here());
    }
    expect(been).toEqual(['L14', 'L22', 'L26', 'L14', 'L26', 'L22']);
    await page.getByRole('button', { name: 'Next missed' }).click();
    expect(await here()).toBe('L26');
    await page.getByText('Line 26, 3 of 3').waitFor();
  });

  test('are only those around a change when asked', async () => {
    const page = await open(`${failedRun()}/${FILE}`);
    await page.getByRole('link', { name: 'Only changed' }).click();
    await page.waitForURL(/only=changed/);
    expect(await page.locator('.code tr[id]').count()).toBe(10);
  });
});
