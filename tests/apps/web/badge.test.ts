/** Badges: which branch an address means, what the picture says, and how it is sent. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseBranchName } from '../../../apps/web/src/ci/branch-name.ts';
import { badgeAddress, parseBadgePath } from '../../../apps/web/src/pages/ci/addresses.ts';
import { finished, newRun, running } from './ci-fixtures.ts';
import { buildTestApp } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

type Change = Parameters<typeof finished>[1];

async function badgesOf(...changes: (Change | undefined)[]) {
  const runs = createMemoryRunStore();
  for (const change of changes) {
    const { id } = await runs.insert(newRun());
    if (change !== undefined) await runs.apply(finished(id, change));
  }
  const { app } = await buildTestApp({ runs, repositories: ['myapp', 'weather'] });
  const title = async (url: string): Promise<string | undefined> =>
    /<title>(.*)<\/title>/.exec((await app.inject(url)).body)?.[1];
  return { app, runs, title };
}

describe('a badge', () => {
  it.each([
    [{ state: 'passed', coverage: 87.5 }, 'tests: passed', 'coverage: 87.5 %'],
    [{ state: 'failed', coverage: 12 }, 'tests: failed', 'coverage: 12.0 %'],
    [{ state: 'errored', coverage: null }, 'tests: error', 'coverage: unknown'],
  ] as const)('tells %j', async (change, tests, coverage) => {
    const { title } = await badgesOf(change);
    expect(await title('/badge/main.svg')).toBe(tests);
    expect(await title('/badge/main/tests.svg')).toBe(tests);
    expect(await title('/badge/main/coverage.svg')).toBe(coverage);
  });

  it('is unknown where nothing has ended', async () => {
    const { title, runs } = await badgesOf(undefined);
    const { id } = await runs.insert(newRun());
    await runs.apply(running(id));
    expect(await title('/badge/main.svg')).toBe('tests: unknown');
    expect(await title('/badge/main/coverage.svg')).toBe('coverage: unknown');
    expect(await title('/badge/none.svg?repository=nobody')).toBe('tests: unknown');
  });

  it('is of the newest run that has ended, however many have not', async () => {
    const { title } = await badgesOf(
      { state: 'failed' },
      { state: 'passed' },
      ...Array.from({ length: 45 }, () => undefined),
    );
    expect(await title('/badge/main.svg')).toBe('tests: passed');
  });

  it('is of the repository that is named', async () => {
    const { title, runs } = await badgesOf({ state: 'failed' });
    const { id } = await runs.insert(newRun({ repository: 'weather' }));
    await runs.apply(finished(id));
    expect(await title('/badge/main.svg?repository=weather')).toBe('tests: passed');
    expect(await title('/badge/main.svg')).toBe('tests: failed');
  });

  it('is a picture that can do nothing, for pages elsewhere too, and is asked for anew', async () => {
    const { app, runs } = await badgesOf({ state: 'passed' });
    const first = await app.inject('/badge/main.svg');
    expect(first.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    const etag = String(first.headers.etag);
    for (const header of [etag, `"x", W/${etag}`]) {
      const again = await app.inject({ url: '/badge/main.svg', headers: { 'if-none-match': header } });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    const { id } = await runs.insert(newRun());
    await runs.apply(finished(id, { state: 'failed' }));
    const changed = await app.inject({ url: '/badge/main.svg', headers: { 'if-none-match': etag } });
    expect(changed.statusCode).toBe(200);
  });

  it.each([
    '/badge/',
    '/badge/main',
    '/badge/.svg',
    '/badge/main.png',
    '/badge/a..b.svg',
    '/badge/%3Cscript%3E%20.svg',
  ])('is not at %s', async (url) => {
    const { app } = await badgesOf();
    const { statusCode, headers, body } = await app.inject(url);
    expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(body).not.toContain('<script>');
  });
});

describe('the address of a badge', () => {
  it.each([
    ['main.svg', 'main', 'tests'],
    ['feature/x.svg', 'feature/x', 'tests'],
    ['feature/x/coverage.svg', 'feature/x', 'coverage'],
    ['feature/coverage/tests.svg', 'feature/coverage', 'tests'],
    ['feature/coverage/coverage.svg', 'feature/coverage', 'coverage'],
    ['coverage.svg', 'coverage', 'tests'],
    ['tests/tests.svg', 'tests', 'tests'],
    ['v1.svg.svg', 'v1.svg', 'tests'],
  ])('%s is of branch %s: %s', (path, branch, kind) => {
    expect(parseBadgePath(path)).toEqual({ branch, kind });
  });

  it('leads back to its branch, whatever its name', async () => {
    const name = fc
      .array(
        fc.oneof(fc.constantFrom('tests', 'coverage', 'main', 'x.svg', 'é(1)', '#&+%2F'), fc.string({ minLength: 1 })),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((parts) => parts.join('/'))
      .filter((each) => refuseBranchName(each) === undefined);
    fc.assert(
      fc.property(name, fc.constantFrom('tests' as const, 'coverage' as const), (branch, kind) => {
        const { pathname } = new URL(badgeAddress(branch, kind), 'http://lab.example');
        expect(parseBadgePath(decodeURIComponent(pathname.slice('/badge/'.length)))).toEqual({ branch, kind });
      }),
    );
    const { title } = await badgesOf({ state: 'passed' });
    expect(await title(badgeAddress('main', 'tests', 'myapp'))).toBe('tests: passed');
  });
});
