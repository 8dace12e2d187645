/** What a run leaves behind: its log and its report, and no way past them. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { contentTypeOf, safePath } from '../../../apps/web/src/ci/report-path.ts';
import type { LogPiece, ReportStore } from '../../../apps/web/src/ci/report-store.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { OPEN_LIMITS, sizeOf } from '../../../apps/web/src/limits/table.ts';
import { finished, newRun, storeWith } from './ci-fixtures.ts';
import { buildTestApp, logPiece, reportsWith, strict } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

describe('GET /static/<branch>/<file>', () => {
  it('serves the newest report of the branch, fenced off', async () => {
    const { runs, ids } = await storeWith('main', 'main');
    const reports = reportsWith({
      [`${ids[0]}/index.html`]: 'old',
      [`${ids[1]}/index.html`]: '<h1>Coverage report</h1>',
    });
    const { app } = await buildTestApp({ runs, reports });
    const answer = await app.inject('/static/main/index.html');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe('<h1>Coverage report</h1>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': '24',
      'cache-control': 'no-cache',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      etag: '"index.html-1+0"',
      vary: 'Sec-Fetch-Dest',
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toMatch(/^sandbox; default-src 'none'; /);
    expect(policy).not.toMatch(/allow-|connect-src|unsafe-eval|script-src/);
    expect(answer.headers['x-frame-options']).toBe('DENY');
  });

  it('serves the report of a run that failed, and passes over one that left none', async () => {
    const runs = createMemoryRunStore();
    const [failed, errored] = [newRun(), newRun()];
    for (const run of [failed, errored]) await runs.insert(run);
    await runs.apply(finished(failed.id, { state: 'failed', exitCode: 1 }));
    await runs.apply(finished(errored.id, { state: 'errored', exitCode: 124, hasReport: false }));
    const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${failed.id}/index.html`]: 'failed' }) });
    expect((await app.inject('/static/main/index.html')).body).toBe('failed');
  });

  it('sends nothing that the browser has', async () => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${ids[0]}/index.html`]: 'x' }) });
    const headers = { 'if-none-match': 'W/"other", W/"index.html-1+0"' };
    const answer = await app.inject({ url: '/static/main/index.html', headers });
    expect(answer.statusCode).toBe(304);
    expect(answer.body).toBe('');
  });

  it('gives the scripts of a report a storage that the sandbox allows', async () => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${ids[0]}/a.js`]: 'go()' }) });
    const answer = await app.inject('/static/main/a.js');
    expect(answer.body).toMatch(/^try\{localStorage\}catch\{.*\}\ngo\(\)$/s);
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
  });

  it('answers HEAD without a body', async () => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({ [`${ids[0]}/index.html`]: 'text' }) });
    const answer = await app.inject({ method: 'HEAD', url: '/static/main/index.html' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-length']).toBe('4');
    expect(answer.body).toBe('');
  });

  it('knows branches with slashes', async () => {
    const { runs, ids } = await storeWith('feature/x', 'feature');
    const reports = reportsWith({ [`${ids[0]}/style.css`]: 'deep', [`${ids[1]}/y/style.css`]: 'shallow' });
    const { app } = await buildTestApp({ runs, reports });
    expect((await app.inject('/static/feature/x/style.css')).body).toBe('deep');
    expect((await app.inject('/static/feature%2Fx/style.css')).body).toBe('deep');
    expect((await app.inject('/static/feature/y/style.css')).body).toBe('shallow');
  });

  it.each(['/static/feature/%C3%A9', '/static/feature/%C3%A9/'])('leads %s to its index', async (url) => {
    const { runs } = await storeWith('feature/é');
    const { app } = await buildTestApp({ runs });
    const answer = await app.inject(url);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe('/static/feature/%C3%A9/index.html');
  });

  it('says in words that there is no report', async () => {
    const { app } = await buildTestApp({ runs: createMemoryRunStore() });
    const answer = await app.inject('/static/ci_fail/index.html');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('There is no coverage report of branch ci_fail yet. Run the CI on it first');
  });

  it('escapes what it repeats', async () => {
    const { app } = await buildTestApp({ runs: createMemoryRunStore() });
    const answer = await app.inject('/static/%3Cscript%3Ealert(1)%3C%2Fscript%3E/index.html');
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('<script>alert');
  });

  it.each([
    '/static/main/../../secret',
    '/static/main/%2e%2e/%2e%2e/secret',
    '/static/main/..%2f..%2fsecret',
    '/static/main/..%5c..%5csecret',
    '/static/main/%00',
    '/static/main//index.html',
    '/static/main/./index.html',
    '/static/%2e%2e/main/index.html',
    '/static/',
    '/static//',
    '/static//evil.example/',
    `/static/main/${'x'.repeat(2000)}`,
    '/static/main/%E0%A4%A',
  ])('finds nothing at %s', async (url) => {
    const { runs } = await storeWith('main');
    const file = async (): Promise<undefined> => undefined;
    const { app } = await buildTestApp({ runs, reports: strict<ReportStore>('reports', { file }) });
    const answer = await app.inject(url);
    expect([400, 404]).toContain(answer.statusCode);
    expect(answer.headers.location).toBeUndefined();
  });

  it('tells 503 on a page when the storage is away', async () => {
    const { runs } = await storeWith('main');
    const file = async (): Promise<never> => {
      throw new UnavailableError('The storage does not answer.');
    };
    const { app } = await buildTestApp({ runs, reports: strict<ReportStore>('reports', { file }) });
    const answer = await app.inject('/static/main/index.html');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('The storage does not answer.');
  });
});

describe('GET /api/v1/ci/:id/report/*', () => {
  it('serves the report of that very run', async () => {
    const { runs, ids } = await storeWith('main', 'main');
    const reports = reportsWith({ [`${ids[0]}/index.html`]: 'old', [`${ids[1]}/index.html`]: 'new' });
    const { app } = await buildTestApp({ runs, reports });
    expect((await app.inject(`/api/v1/ci/${ids[0]}/report/index.html`)).body).toBe('old');
    expect((await app.inject(`/api/v1/ci/${ids[0]}/report/`)).body).toBe('old');
    const missing = await app.inject(`/api/v1/ci/${ids[0]}/report/none.css`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json().text).toBe('There is no such file in this coverage report.');
    expect((await app.inject(`/api/v1/ci/${ids[0]}/report/%2e%2e%2f${ids[1]}/index.html`)).statusCode).toBe(404);
  });
});

describe('GET /api/v1/ci/:id/log', () => {
  it('sends the log of a finished run', async () => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({}, { [ids[0] ?? '']: 'line 1\nline 2\n' }) });
    const answer = await app.inject(`/api/v1/ci/${ids[0]}/log`);
    expect(answer.body).toBe('line 1\nline 2\n');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('is empty when a run left no log', async () => {
    const { runs, ids } = await storeWith('main');
    const { app } = await buildTestApp({ runs, reports: reportsWith({}) });
    const answer = await app.inject(`/api/v1/ci/${ids[0]}/log`);
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });

  it('follows the log until the run has ended, and misses nothing written at the end', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    let text = 'first\n';
    const log = async (_id: string, offset: number): Promise<LogPiece> => logPiece(text, offset);
    const { app } = await buildTestApp({ runs, reports: strict<ReportStore>('reports', { log }) });
    const asking = app.inject(`/api/v1/ci/${run.id}/log`);
    await delay(50);
    text += 'second, é\n';
    await runs.apply(finished(run.id));
    expect((await asking).body).toBe('first\nsecond, é\n');
  });

  it('is followed by so many of one address, and others follow it all the same', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    const { app, lives } = await buildTestApp({ runs, reports: reportsWith({}), limits: { clientsPerAddress: 1 } });
    const follow = (remoteAddress: string) => app.inject({ url: `/api/v1/ci/${run.id}/log`, remoteAddress });
    const most = sizeOf(OPEN_LIMITS.runStreams, 1);
    const following = Array.from({ length: most }, () => follow('192.0.2.1'));
    await vi.waitFor(() => expect(lives.size).toBe(1));
    const refused = await follow('192.0.2.1');
    expect([refused.statusCode, refused.json().text]).toEqual([
      429,
      `Your address has ${most} streams of runs and logs open. Try again in 5 s.`,
    ]);
    following.push(follow('192.0.2.2'));
    await runs.apply(finished(run.id));
    for (const answer of await Promise.all(following)) expect(answer.statusCode).toBe(200);
    expect((await follow('192.0.2.1')).statusCode).toBe(200);
  });

  it('tells 503 in words when the storage is away', async () => {
    const { runs, ids } = await storeWith('main');
    const log = async (): Promise<never> => {
      throw new UnavailableError('The storage does not answer.');
    };
    const { app } = await buildTestApp({ runs, reports: strict<ReportStore>('reports', { log }) });
    const answer = await app.inject(`/api/v1/ci/${ids[0]}/log`);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'error', text: 'The storage does not answer.' });
  });
});

describe('paths of a report', () => {
  it('are parts without tricks', () => {
    expect(safePath('a/b.html')).toEqual(['a', 'b.html']);
    expect(safePath('a..b/c')).toEqual(['a..b', 'c']);
    for (const path of ['', '/', 'a/', '/a', '..', 'a/../b', '.', 'a\\b', 'a\u0000', 'a\nb', '\ud800']) {
      expect(safePath(path)).toBeUndefined();
    }
  });

  it('have a type by their name', () => {
    expect(contentTypeOf('x/index.HTML')).toBe('text/html; charset=utf-8');
    expect(contentTypeOf('coverage_html.js')).toBe('text/javascript; charset=utf-8');
    expect(contentTypeOf('.gitignore')).toBe('application/octet-stream');
  });
});
