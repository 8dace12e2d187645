/** The documents of a run over REST: tests, coverage, and one file of it whatever its name. */
import {
  type CiCoverage,
  type CiCoverageFile,
  type CiTestList,
  coverageBlobName,
  coverageFileBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import { describe, expect, it } from 'vitest';
import { finished, newRun } from './ci-fixtures.ts';
import { buildTestApp, reportsWith } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const TESTS: CiTestList = {
  tests: [
    { name: 'adds', suite: 'mylib', state: 'failed', durationMs: 1.5, message: '1 != 2' },
    { name: 'é', suite: '', state: 'passed', durationMs: null, message: null },
  ],
};
const PATHS = [
  'mylib.py',
  'src/deep er/größe.py',
  '100%.py',
  'a%2Fb.py',
  'what?.py',
  'c#d&e=f+g.py',
  'o\'"<b>.py',
  '..py',
];
const part = { percent: 50, lines: { covered: 1, total: 2 }, changed: null };
const COVERAGE: CiCoverage = { ...part, files: PATHS.map((path) => ({ path, ...part })) };
const file = (path: string): CiCoverageFile => ({
  path,
  lines: [
    { text: 'x = 1', state: 'covered', changed: true },
    { text: '', state: null, changed: false },
  ],
});

async function appWith(documents: (id: string) => Record<string, unknown>, change = {}) {
  const runs = createMemoryRunStore();
  const run = newRun();
  await runs.insert(run);
  await runs.apply(finished(run.id, change));
  const { app } = await buildTestApp({ runs, reports: reportsWith({}, {}, documents(run.id)) });
  return { app, runs, url: `/api/v1/ci/${run.id}` };
}

const all = (id: string): Record<string, unknown> => ({
  [testsBlobName(id)]: TESTS,
  [coverageBlobName(id)]: COVERAGE,
  ...Object.fromEntries(PATHS.map((path, index) => [coverageFileBlobName(id, index), file(path)])),
});

describe('the documents of a run', () => {
  it('are as the runner left them', async () => {
    const { app, url } = await appWith(all);
    const tests = await app.inject(`${url}/tests`);
    expect(tests.statusCode).toBe(200);
    expect(tests.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, max-age=3600, immutable',
    });
    expect(tests.json()).toEqual(TESTS);
    expect((await app.inject(`${url}/coverage`)).json()).toEqual(COVERAGE);
  });

  it('are where the run says', async () => {
    const { app, url } = await appWith(all);
    const headers = { host: 'lab.example' };
    const { testsUrl, coverageUrl, pageUrl } = (await app.inject({ url, headers })).json();
    expect([testsUrl, coverageUrl]).toEqual([`http://lab.example${url}/tests`, `http://lab.example${url}/coverage`]);
    expect(pageUrl).toBe(`http://lab.example${url.replace('/api/v1', '')}`);
    expect((await app.inject(testsUrl)).statusCode).toBe(200);
  });

  it.each(PATHS)('hold the file %s by its path', async (path) => {
    const { app, url } = await appWith(all);
    const answer = await app.inject(`${url}/coverage/${encodeURIComponent(path)}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(file(path));
  });

  it('take the slashes of a path as they are', async () => {
    const { app, url } = await appWith(all);
    expect((await app.inject(`${url}/coverage/src/deep%20er/gr%C3%B6%C3%9Fe.py`)).json().path).toBe(PATHS[1]);
  });

  it.each(['', 'other.py', 'mylib.py/', '/mylib.py', '0', 'a/b.py', '__proto__'])('have no file "%s"', async (path) => {
    const { app, url } = await appWith(all);
    const answer = await app.inject(`${url}/coverage/${path}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().text).toBe(`The coverage of this run has no such file. GET ${url}/coverage lists them.`);
  });

  it.each([
    ['tests', 'This run has left no list of tests. Its log tells why.'],
    ['coverage', 'This run has left no coverage. Its log tells why.'],
    ['coverage/mylib.py', 'This run has left no coverage. Its log tells why.'],
  ])('are missed in words: %s', async (name, text) => {
    const { app, url } = await appWith(() => ({}), { hasTests: false, hasCoverage: false });
    const answer = await app.inject(`${url}/${name}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ status: 'error', text });
    expect((await app.inject(url)).json()).toMatchObject({ testsUrl: null, coverageUrl: null });
    expect((await app.inject(`/api/v1/ci/x/${name}`)).json().text).toContain('There is no run with this id.');
  });

  it('are not there yet while the run goes on', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    const { app } = await buildTestApp({ runs });
    const answer = await app.inject(`/api/v1/ci/${run.id}/coverage`);
    expect(answer.json().text).toBe('This run has left no coverage yet: it goes on.');
  });

  it('are not passed on when they are of another shape', async () => {
    const { app, url } = await appWith((id) => ({ [testsBlobName(id)]: { tests: [{ name: 's3cret' }] } }));
    const answer = await app.inject(`${url}/tests`);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('s3cret');
  });
});
