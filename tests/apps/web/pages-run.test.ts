/** The page of one run of the CI. */
import { randomUUID } from 'node:crypto';
import {
  CI_STEPS,
  type CiCoverage,
  type CiTestList,
  coverageBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import { describe, expect, it } from 'vitest';
import type { ReportStore } from '../../../apps/web/src/ci/report-store.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { runTests } from '../../../apps/web/src/pages/ci/run-tests.ts';
import { STEP_WORDS, stepRows } from '../../../apps/web/src/pages/ci/steps.ts';
import { html } from '../../../apps/web/src/pages/html.ts';
import { showRun } from '../../../apps/web/src/schemas/ci.ts';
import { finished, newRun, running, steps } from './ci-fixtures.ts';
import { buildTestApp, reportsWith, strict } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const HOSTILE = `<script>alert(1)</script>"'&`;
const TESTS: CiTestList = {
  tests: [
    { name: 'adds', suite: 'test_numbers', state: 'failed', durationMs: 12.4, message: `assert 1 == 2 ${HOSTILE}` },
    { name: HOSTILE, suite: HOSTILE, state: 'passed', durationMs: null, message: null },
    { name: 'draws', suite: '', state: 'skipped', durationMs: null, message: 'needs a display' },
  ],
};
const COVERAGE: CiCoverage = {
  percent: 87.5,
  lines: { covered: 7, total: 8 },
  changed: { covered: 3, total: 4 },
  files: [
    { path: 'whole.py', percent: 100, lines: { covered: 1, total: 1 }, changed: null },
    { path: `src/${HOSTILE}.py`, percent: 20, lines: { covered: 1, total: 5 }, changed: null },
    { path: 'mylib.py', percent: 75, lines: { covered: 3, total: 4 }, changed: { covered: 3, total: 4 } },
  ],
};

/** A run that has ended so, with its documents. */
async function endedRun(change: Parameters<typeof finished>[1] = {}, wanted: Parameters<typeof newRun>[0] = {}) {
  const runs = createMemoryRunStore();
  const run = newRun(wanted);
  await runs.insert(run);
  await runs.apply(finished(run.id, change));
  const reports = reportsWith({}, {}, { [testsBlobName(run.id)]: TESTS, [coverageBlobName(run.id)]: COVERAGE });
  const { app } = await buildTestApp({ runs, reports, repositories: ['myapp', 'weather'] });
  return { run, answer: await app.inject(`/ci/${run.id}`) };
}

describe('/ci/:id', () => {
  it('says how a run ended and why, with its facts, without JavaScript', async () => {
    const { run, answer } = await endedRun({
      state: 'failed',
      exitCode: 1,
      reason: '1 of 2 tests failed: adds.',
      tests: { passed: 1, failed: 1, skipped: 1 },
      changedLines: { covered: 3, total: 4 },
    });
    expect(answer.statusCode).toBe(200);
    const { body } = answer;
    expect(body).toContain('<title>Failed: Add numbers – CI – Cloud Lab</title>');
    expect(body).toContain(
      '<p class="reason failed">1 of 2 tests failed: adds. <a href="#tests">To the failed tests</a></p>',
    );
    for (const text of [
      'Ann Example',
      'ci-1',
      run.commit.slice(0, 8),
      '2.5 s',
      '<strong>1</strong> of 2 tests passed, 1 skipped',
    ])
      expect(body).toContain(text);
    expect(body).toContain('<strong>3</strong> of 4 changed lines are covered');
    expect(body).toContain(`/api/v1/ci/${run.id}/log">As plain text</a>`);
    expect(body).toContain('The report of the coverage tool itself');
  });

  it('lists the tests, failed ones first and open', async () => {
    const { body } = (await endedRun()).answer;
    const states = [...body.matchAll(/<li data-state="(\w+)">/g)].map(([, state]) => state);
    expect(states).toEqual(['failed', 'skipped', 'passed']);
    expect(body).toMatch(/<li data-state="failed"><details open>/);
    expect(body).toContain('<pre tabindex="0">assert 1 == 2 &lt;script&gt;');
    expect(body).toContain('12 ms');
  });

  it('leads from each file to its lines, changed ones and the least covered first', async () => {
    const { run, answer } = await endedRun();
    const links = [...answer.body.matchAll(/href="\/ci\/[^/"]+\/coverage\/([^"]+)"/g)].map(([, path]) => path);
    expect(links).toEqual(['mylib.py', 'src/%3Cscript%3Ealert(1)%3C/script%3E%22&#39;%26.py', 'whole.py']);
    expect(answer.body).toContain(`href="/ci/${run.id}/coverage/mylib.py"`);
  });

  it('shows Markdown for badges, also for odd names', async () => {
    const plain = (await endedRun()).answer.body;
    expect(plain).toContain('[![tests](http://localhost:80/badge/main.svg)](http://localhost:80/ci?branch=main)');
    expect(plain).toContain(
      '[![coverage](http://localhost:80/badge/main/coverage.svg)](http://localhost:80/ci?branch=main)',
    );
    const odd = (await endedRun({}, { branch: 'fix(x)/coverage', repository: 'weather' })).answer.body;
    expect(odd).toContain('/badge/fix%28x%29/coverage/tests.svg?repository=weather)');
    expect(odd).toContain('/badge/fix%28x%29/coverage/coverage.svg?repository=weather)');
    expect(odd).toContain('(http://localhost:80/ci?repository=weather&amp;branch=fix%28x%29%2Fcoverage)');
  });

  it('escapes whatever people and programs have written', async () => {
    const change = { subject: HOSTILE, author: HOSTILE, reason: HOSTILE, runner: HOSTILE };
    const { body } = (await endedRun(change, { branch: HOSTILE, repository: HOSTILE })).answer;
    expect(body.match(/&lt;script&gt;alert/g)?.length).toBeGreaterThan(10);
    expect(body).not.toContain('<script>alert');
    expect(body).not.toContain(`"'&`);
  });

  it('is there from the beginning of a run', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    const { app } = await buildTestApp({ runs });
    const queued = (await app.inject(`/ci/${run.id}`)).body;
    expect(queued).toContain(`<title>Queued: Commit ${run.commit.slice(0, 8)} – CI – Cloud Lab</title>`);
    expect(queued).toContain('Waiting in the queue for a runner.');
    expect(queued).toContain('The tests will be here once the run has ended.');
    await runs.apply(running(run.id, { steps: steps(5) }));
    const going = (await app.inject(`/ci/${run.id}`)).body;
    expect(going).toContain('Running the tests.');
    expect(going.match(/not yet/g)).toHaveLength(2);
  });

  it('says what a run has not left', async () => {
    const { body } = (await endedRun({ state: 'errored', hasTests: false, hasCoverage: false, hasReport: false }))
      .answer;
    expect(body).toContain('This run left no list of tests. The log tells why.');
    expect(body).toContain('This run measured no coverage. The log tells why.');
  });

  it('is there without the storage, and says what is missing', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    await runs.apply(finished(run.id));
    const document = async (): Promise<never> => {
      throw new UnavailableError('The storage does not answer.');
    };
    const { app } = await buildTestApp({ runs, reports: strict<ReportStore>('reports', { document }) });
    const { statusCode, body } = await app.inject(`/ci/${run.id}`);
    expect(statusCode).toBe(200);
    expect(body.match(/The storage does not answer\./g)).toHaveLength(2);
  });

  it.each([
    ['an unknown id', randomUUID()],
    ['a short one', 'x'],
    ['a hostile one', '%3Cscript%3E'],
    ['a long one', 'x'.repeat(500)],
  ])('finds nothing at %s', async (_, id) => {
    const { app } = await buildTestApp();
    const { statusCode, body } = await app.inject(`/ci/${id}`);
    expect(statusCode).toBe(404);
    expect(body).toContain('There is no run at this address.');
    expect(body).not.toContain('<script>');
  });
});

describe('the steps', () => {
  const shown = async (change: (id: string) => Parameters<ReturnType<typeof createMemoryRunStore>['apply']>[0]) => {
    const runs = createMemoryRunStore();
    const { id } = await runs.insert(newRun());
    await runs.apply(change(id));
    const run = await runs.get(id);
    if (run === undefined) throw new Error('lost');
    return showRun(run, '');
  };

  it('have words, all of them, in their order', () => {
    expect(Object.keys(STEP_WORDS)).toEqual(CI_STEPS);
  });

  it('are pending until they begin, and grow with the time', async () => {
    const run = await shown((id) => running(id, { steps: steps(3) }));
    const now = Date.parse('2026-03-01T10:00:09.000Z');
    expect(stepRows(run, now).map(({ state }) => state)).toEqual([
      ...['done', 'done', 'running'],
      ...['pending', 'pending', 'pending', 'pending'],
    ]);
    expect(stepRows(run, now)[2]).toMatchObject({ to: now });
  });

  it('are skipped when the run ends before them', async () => {
    const ended = steps(4, true).map((step, index) => (index === 3 ? { ...step, state: 'failed' as const } : step));
    const run = await shown((id) => finished(id, { state: 'errored', steps: ended }));
    expect(stepRows(run, 0).map(({ state }) => state)).toEqual([
      ...['done', 'done', 'done', 'failed'],
      ...['skipped', 'skipped', 'skipped'],
    ]);
  });

  it('of runs from before there were steps are told as far as they are known', async () => {
    const run = await shown((id) => finished(id, { steps: [] }));
    expect(stepRows(run, 0)[0]).toMatchObject({ name: 'queued', state: 'done' });
  });
});

describe('a very long list of tests', () => {
  it('is cut on the page, and complete where the page leads', () => {
    const tests = Array.from({ length: 2_001 }, (_, index) => ({
      ...TESTS.tests[1],
      name: `t${index}`,
    })) as CiTestList['tests'];
    const text = html`${runTests({ tests }, '/all')}`.text;
    expect(text.match(/<li data-state/g)).toHaveLength(2_000);
    expect(text).toContain('1 more test: <a href="/all">All of them as JSON</a>');
  });
});
