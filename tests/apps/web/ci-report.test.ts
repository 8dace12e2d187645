/** Coverage reports in browsers: a page of the lab around them, in whose frame alone their scripts run. */
import { expect, it } from 'vitest';
import { storeWith } from './ci-fixtures.ts';
import { buildTestApp, reportsWith } from './helper.ts';

const asBrowser = (dest: string) => ({ 'sec-fetch-dest': dest, 'sec-fetch-site': 'same-origin' });

it('shows a page of a report in a frame of the lab, in which alone its scripts run', async () => {
  const { runs, ids } = await storeWith('main');
  const reports = reportsWith({ [`${ids[0]}/index.html`]: '<h1>Coverage report</h1>' });
  const { app } = await buildTestApp({ runs, reports });
  for (const url of ['/static/main/index.html', `/api/v1/ci/${ids[0]}/report/index.html`]) {
    const page = await app.inject({ url, headers: asBrowser('document') });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(`sandbox="allow-scripts" src="${url}"`);
    expect(page.body).toContain(`<a href="/ci/${ids[0]}">`);
    expect(page.body).not.toContain('<h1>Coverage report</h1>');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'Sec-Fetch-Dest',
    });
    expect(page.headers.etag).toBeUndefined();
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("frame-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('script-src');

    const framed = await app.inject({ url, headers: asBrowser('iframe') });
    expect(framed.body).toBe('<h1>Coverage report</h1>');
    expect(framed.headers).toMatchObject({ vary: 'Sec-Fetch-Dest', 'x-frame-options': 'SAMEORIGIN' });
    expect(framed.headers['content-security-policy']).toMatch(
      /^sandbox allow-scripts; default-src 'none'; .*script-src 'self'.*frame-ancestors 'self'$/,
    );
    expect(String(framed.headers['content-security-policy'])).not.toMatch(/allow-same-origin|allow-top|connect-src/);
  }
});

it.each([
  ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', true],
  ['a.xml', '<a/>', true],
  ['a.HTM', 'x', true],
  ['a.txt', 'x', false],
  ['a.png', 'x', false],
  ['a.json', '{}', false],
])('frames %s where it could hold scripts', async (path, text, isFramed) => {
  const { runs, ids } = await storeWith('main');
  const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${ids[0]}/${path}`]: text }) });
  const { body, headers } = await app.inject({ url: `/static/main/${path}`, headers: asBrowser('document') });
  expect(body.includes('<iframe')).toBe(isFramed);
  expect(headers['content-security-policy']).toMatch(isFramed ? /frame-src 'self'/ : /^sandbox; /);
});

it.each(['object', 'embed', 'frame', 'script', 'style', 'image', 'empty', 'odd'])(
  'gives the bare file, without scripts, for the destination %s',
  async (dest) => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${ids[0]}/index.html`]: 'bare' }) });
    const answer = await app.inject({ url: '/static/main/index.html', headers: asBrowser(dest) });
    expect([answer.body, answer.headers.vary]).toEqual(['bare', 'Sec-Fetch-Dest']);
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox; /);
  },
);

it('frames no file that is not there', async () => {
  const { runs } = await storeWith('main');
  const { app } = await buildTestApp({ runs, reports: reportsWith({}) });
  const answer = await app.inject({ url: '/static/main/none.html', headers: asBrowser('document') });
  expect([answer.statusCode, answer.body.includes('<iframe')]).toEqual([404, false]);
});
