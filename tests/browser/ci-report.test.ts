/** A coverage report in a browser: its scripts work, and reach nothing outside of their frame. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createPageOpener, type PageOpener } from '../helpers/chromium.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

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

const runId = (): string => fixture.pathOf('main', 'passed').replace('/ci/', '');

test('a report is shown in a frame, whose links and scripts work, and a link leads back to the run', async () => {
  const id = runId();
  fixture.putReportFile(
    id,
    'index.html',
    '<!doctype html><script src="app.js"></script><a href="b.html">to b</a><p id="a">',
  );
  fixture.putReportFile(
    id,
    'app.js',
    'addEventListener("load", () => { document.querySelector("#a").textContent = "scripted " + localStorage.getItem("x"); });',
  );
  fixture.putReportFile(id, 'b.html', '<!doctype html><p>The file b');
  const page = await pages.open(`/api/v1/ci/${id}/report/index.html`);
  const frame = page.frameLocator('iframe');
  await frame.getByText('scripted null').waitFor();
  await frame.getByRole('link', { name: 'to b' }).click();
  await frame.getByText('The file b').waitFor();
  await page.getByRole('link', { name: 'The run of this report' }).click();
  await page.waitForURL(`**/ci/${id}`);
});

test('a hostile report leads the window nowhere, opens none, and reads and starts nothing', async () => {
  const id = runId();
  const script = `
    const done = [];
    const attempt = async (name, work) => {
      try { await work(); done.push(name + ' done'); } catch { done.push(name + ' refused'); }
    };
    addEventListener('load', async () => {
      await attempt('top', () => { top.location.href = '/chat'; });
      await attempt('parent', () => parent.document.body.textContent);
      await attempt('window', () => { if (open('/chat') === null) throw new Error(); });
      await attempt('read', () => fetch('/api/v1/ci').then((answer) => answer.text()));
      await attempt('start', () => fetch('/api/v1/ci', { method: 'POST', mode: 'no-cors', body: '{"branch":"main"}' }));
      document.querySelector('p').textContent = done.join(', ');
    });`;
  fixture.putReportFile(id, 'index.html', '<!doctype html><script src="hostile.js"></script><p>');
  fixture.putReportFile(id, 'hostile.js', script);
  const address = `/api/v1/ci/${id}/report/index.html`;
  const page = await pages.open(address);
  await page
    .frameLocator('iframe')
    .getByText('top refused, parent refused, window refused, read refused, start refused')
    .waitFor();
  expect(new URL(page.url()).pathname).toBe(address);
  expect(page.context().pages()).toHaveLength(1);
  // The browser tells of each.
  await expect(pages.close()).rejects.toThrow(/navigat|sandbox/i);
});
