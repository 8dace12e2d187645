/** The pages of the CI in a browser, on sample runs: what comes alive, the keyboard, narrow screens, no JavaScript. */
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPageOpener, type PageOpener, pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { sampleRun } from '../helpers/sample-runs.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

const PHONE = { width: 360, height: 740 };
const FILE = 'coverage/mylib/numbers.py';

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fixture: WebFixture;
let pages: PageOpener;
const pictures = pictureFolder(PROJECT_DIR);

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
const open = (path: string, options?: BrowserContextOptions): Promise<Page> => pages.open(path, options);

const allPages = (): [string, string][] => [
  ['ci-list', '/ci'],
  ['ci-run', failedRun()],
  ['ci-coverage', `${failedRun()}/${FILE}`],
  ['first-page', '/'],
];
const failedRun = (): string => fixture.pathOf('feature/round-half-even', 'failed');
const rowOf = (page: Page, subject: string) => page.getByRole('row').filter({ hasText: subject });
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// First, as later tests leave runs behind.
describe('the pages of a lab that has been used', () => {
  test('look as they should', async () => {
    const live = await fixture.begin('main', 'Show the median beside the mean');
    for (const name of ['allocate', 'sandbox', 'install'] as const) await live.step(name);
    for (const [name, path] of allPages().slice(0, 3)) {
      const page = await open(path, { viewport: { width: 1280, height: name === 'ci-coverage' ? 1000 : 1250 } });
      await page.waitForTimeout(800);
      if (name === 'ci-coverage') await page.keyboard.press('n');
      await page.screenshot({ path: join(pictures, `${name}.png`) });
      await pages.close();
    }
    await live.end(sampleRun({ subject: '', requestedAt: new Date() }));
  });
});

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

describe('every page', () => {
  test('fits a phone of 360 pixels', async () => {
    for (const [name, path] of allPages()) {
      const page = await open(path, { viewport: PHONE, deviceScaleFactor: 2 });
      await page.waitForLoadState('load');
      await page.waitForTimeout(300);
      expect(await overflow(page), path).toBeLessThanOrEqual(0);
      if (name === 'ci-run') await page.screenshot({ path: join(pictures, 'ci-run-phone.png') });
      await pages.close();
    }
  });

  test('has names for all that can be operated, and shows where the focus is', async () => {
    for (const [, path] of allPages()) {
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
      await pages.close();
    }
  });

  test('says what matters without JavaScript', async () => {
    const list = await open('/ci', { javaScriptEnabled: false });
    await rowOf(list, 'Draw the results with plotlib').getByText('Errored').waitFor();
    await list.getByText('POST /api/v1/ci', { exact: true }).waitFor();
    await list.goto(fixture.url + failedRun());
    await list.getByText('test_rounds_below_zero, test_leaves_infinity_as_it_is.').waitFor();
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
    await pages.close();
    expect(await name(await open(`/ci/${live.id}`, { reducedMotion: 'reduce' }))).toBe('none');
    await live.end(sampleRun({ subject: '', requestedAt: new Date() }));
  });
});
