/** The pages of the CI in a browser, on sample runs: what comes alive, the keyboard, narrow screens, no JavaScript. */
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium, pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { sampleRun, sampleTests } from '../helpers/sample-runs.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
const FILE = 'coverage/mylib/numbers.py';

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let browser: Browser;
let fixture: WebFixture;
let context: BrowserContext | undefined;
let complaints: string[] = [];
const pictures = pictureFolder(PROJECT_DIR);

beforeAll(async () => {
  fixture = await startWebFixture();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  expect(complaints).toEqual([]);
});

/** Opens a page in a browser of its own; whatever its console complains of fails the test. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  complaints = [];
  context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(fixture.url + path);
  return page;
}

const runPath = (branch: string, state: string): string => {
  const found = fixture.history.findLast(({ run, result }) => run.branch === branch && result.state === state);
  return `/ci/${found?.run.id}`;
};
const failedRun = (): string => runPath('feature/round-half-even', 'failed');
const rowOf = (page: Page, subject: string) => page.getByRole('row').filter({ hasText: subject });
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('the list of runs', () => {
  test('follows a run that begins and ends, and keeps the focus meanwhile', async () => {
    const page = await open('/ci');
    const points = page.locator('.area a');
    const before = await points.count();
    const link = page.getByRole('link', { name: 'Show the wind in knots' });
    await link.focus();
    const live = await fixture.begin('main', 'Add a median');
    await live.step('test');
    await rowOf(page, 'Add a median').getByText('Running').waitFor();
    await live.end(sampleRun({ subject: 'Add a median', requestedAt: new Date(), coverage: 91 }));
    await rowOf(page, 'Add a median').getByText('Passed').waitFor();
    await expect.poll(() => points.count()).toBe(before + 1);
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('leads from a point of the chart to its run, by keyboard too', async () => {
    const page = await open('/ci');
    const point = page.getByRole('link', { name: /^71\.\d %, failed:/ });
    await point.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^Failed/ }).waitFor();
  });

  test('lets the keyboard past the header and past the chart', async () => {
    const page = await open('/ci');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the content');
    const past = page.getByRole('link', { name: 'Past the chart, to the runs' });
    await past.focus();
    expect((await past.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('runs-title');
  });

  test('shows one branch of one repository when asked', async () => {
    const page = await open('/ci');
    await page.getByLabel('Show the runs of branch').fill('main');
    await page.locator('#of-repository').selectOption('weather');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/repository=weather&branch=main/);
    expect(await page.getByRole('row').count()).toBe(2);
  });

  test('starts a run and leads to its page, where it goes to its end', async () => {
    const page = await open('/ci');
    await page.getByLabel('Branch', { exact: true }).selectOption('new-readme');
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await page.waitForURL(/\/ci\/[\da-f-]{36}$/);
    await page.getByRole('heading', { level: 1, name: /^Running|^Queued/ }).waitFor();
    await page.getByRole('heading', { level: 1, name: /^Passed/ }).waitFor();
    await page.getByText('41 tests that passed').waitFor();
    await page.getByRole('link', { name: 'mylib/numbers.py' }).waitFor();
    expect(await page.title()).toBe('Passed: Try this – CI – Cloud Lab');
    expect(await page.locator('.steps li.done').count()).toBe(7);
  });
});

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
    const path = runPath('try-new-plot', 'errored');
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

describe('every page', () => {
  const pages = (): [string, string][] => [
    ['ci-list', '/ci'],
    ['ci-run', failedRun()],
    ['ci-coverage', `${failedRun()}/${FILE}`],
    ['first-page', '/'],
  ];

  test('fits a phone of 360 pixels', async () => {
    for (const [name, path] of pages()) {
      const page = await open(path, { viewport: PHONE, deviceScaleFactor: 2 });
      await page.waitForLoadState('load');
      await page.waitForTimeout(300);
      expect(await overflow(page), path).toBeLessThanOrEqual(0);
      if (name === 'ci-run') await page.screenshot({ path: join(pictures, 'ci-run-phone.png') });
      await context?.close();
    }
  });

  test('has names for all that can be operated, and shows where the focus is', async () => {
    for (const [, path] of pages()) {
      const page = await open(path);
      await page.waitForTimeout(300);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('a, button, input, select, [tabindex="0"]')]
          .filter((element) => {
            const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
            const words = [
              element.getAttribute('aria-label'),
              element.textContent,
              ...labels.map((each) => each.textContent),
            ];
            const labelled = document.getElementById(element.getAttribute('aria-labelledby') ?? '');
            return [...words, labelled?.textContent].every((each) => (each ?? '').trim() === '');
          })
          .map((element) => element.outerHTML),
      );
      expect(nameless, path).toEqual([]);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
        'solid',
      );
      await context?.close();
    }
  });

  test('says what matters without JavaScript', async () => {
    const list = await open('/ci', { javaScriptEnabled: false });
    await rowOf(list, 'Draw the results with plotlib').getByText('Errored').waitFor();
    await list.getByText('POST /api/v1/ci', { exact: true }).waitFor();
    await list.goto(fixture.url + failedRun());
    await list.getByText('test_adds_whole_numbers, test_rounds_fractions.').waitFor();
    await list.getByText('assert round_half_even(-2.5) == -2').first().waitFor();
    expect(await list.getByRole('button', { name: 'Run again' }).count()).toBe(0);
    await list.getByRole('link', { name: 'as plain text', exact: true }).waitFor();
    await list.goto(`${fixture.url}${failedRun()}/${FILE}`);
    await list.getByRole('link', { name: 'To the first missed line' }).click();
    expect(new URL(list.url()).hash).toBe('#L14');
  });

  test('turns nothing for who wants no motion', async () => {
    const live = await fixture.begin('main', 'Turn');
    await live.step('test');
    const name = (page: Page) =>
      page
        .locator('.turning')
        .first()
        .evaluate((each) => getComputedStyle(each).animationName);
    expect(await name(await open(`/ci/${live.id}`))).toBe('turn');
    await context?.close();
    expect(await name(await open(`/ci/${live.id}`, { reducedMotion: 'reduce' }))).toBe('none');
    await live.end(sampleRun({ subject: '', requestedAt: new Date() }));
  });

  test('looks as it should', async () => {
    const live = await fixture.begin('main', 'Show the median beside the mean');
    for (const name of ['allocate', 'sandbox', 'install'] as const) await live.step(name);
    for (const [name, path] of pages().slice(0, 3)) {
      const page = await open(path, { viewport: { width: 1280, height: 1000 } });
      await page.waitForTimeout(800);
      await page.screenshot({ path: join(pictures, `${name}.png`) });
      await context?.close();
    }
    await live.end(sampleRun({ subject: '', requestedAt: new Date() }));
  });
});
