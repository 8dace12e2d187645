import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { ONE_HOST, PATIENCE } from '../helpers/launcher.ts';

const { outputs } = inject('e2e');
const pictures = pictureFolder(PROJECT_DIR);

let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(30_000 * PATIENCE);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});
afterAll(() => browser.close());

describe('the first page', () => {
  test('shows the endpoints and every service healthy, without an error in the console', async () => {
    await page.goto(outputs.webUrl);
    expect(await page.title()).toContain('Cloud Lab');
    for (const url of [outputs.apiUrl, outputs.kafkaBootstrap, outputs.blobUrl])
      expect(await page.getByText(url).first().isVisible(), url).toBe(true);
    await page.getByText('Answers queries and takes changes.').waitFor();
    await page.getByText(ONE_HOST ? 'One runner is there.' : '2 runners are there.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('adds two numbers', async () => {
    await page.getByLabel(/first number|num1/i).fill('1');
    await page.getByLabel(/second number|num2/i).fill('2.5');
    await page.getByRole('button', { name: /add/i }).click();
    await page.getByText('3.5').first().waitFor();
  });

  test('runs the CI on a branch that it offers, and links the report', async () => {
    await page.getByLabel('Branch', { exact: true }).selectOption('main');
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await page.getByRole('link', { name: 'Coverage report' }).waitFor({ timeout: 60_000 * PATIENCE });
    await page
      .getByRole('row', { name: /Passed/ })
      .first()
      .waitFor();
    await page.screenshot({ path: join(pictures, 'first-page.png'), fullPage: true });
    const report = await page.request.get(`${outputs.webUrl}/static/main/index.html`);
    expect(report.status()).toBe(200);
  });

  test('leads to the page of the run', async () => {
    await page.getByRole('link', { name: 'See the run' }).click();
    await page.getByRole('heading', { level: 1, name: /^Passed/ }).waitFor();
    await page.getByRole('heading', { level: 2, name: 'Steps' }).waitFor();
    await page.goto(outputs.webUrl);
    expect(complaints).toEqual([]);
  });

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(pictures, 'first-page-phone.png') });
  });
});

describe('the description of the API', () => {
  test('shows what can be called', async () => {
    await page.setViewportSize({ width: 1280, height: 1000 });
    await page.goto(`${outputs.webUrl}/api/docs`);
    await page.getByText('/add_numbers').first().waitFor();
  });
});
