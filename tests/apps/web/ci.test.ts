/** The CI over REST: who asks waits for the result, and gets it in the words of the contract. */
import { describe, expect, it, vi } from 'vitest';
import type { GitServer } from '../../../apps/web/src/ci/git-server.ts';
import type { JobQueue } from '../../../apps/web/src/ci/job-queue.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { finished, running } from './ci-fixtures.ts';
import { buildTestApp, gitWith, recordingQueue, strict } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const post = (payload: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  url: '/api/v1/ci',
  headers: { 'content-type': 'application/json', host: 'lab.example', ...headers },
  payload: JSON.stringify(payload),
});

describe('POST /api/v1/ci', () => {
  it('waits, and answers 200 when the tests have passed', async () => {
    const queue = recordingQueue((job) => {
      setTimeout(() => void ci.record(running(job.id)), 5);
      setTimeout(() => void ci.record(finished(job.id)), 10);
    });
    const { app, ci } = await buildTestApp({ git: gitWith('ci_fail', 'main'), queue });
    const answer = await app.inject(post({ branch: 'main' }));
    const job = queue.jobs[0];
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      status: 'success',
      text: 'CI has passed for branch main.\n',
      id: job?.id,
      commit: `${'c'.repeat(39)}1`,
      durationMs: 2500,
      coverage: 87.5,
      tests: { passed: 3, failed: 0, skipped: 1 },
      reason: 'All 3 tests passed.',
      logUrl: `http://lab.example/api/v1/ci/${job?.id}/log`,
      reportUrl: `http://lab.example/api/v1/ci/${job?.id}/report/index.html`,
    });
    expect(job).toMatchObject({ repository: 'myapp', branch: 'main', commit: `${'c'.repeat(39)}1` });
    expect(new Date(job?.requestedAt ?? '').toISOString()).toBe(job?.requestedAt);
  });

  it('makes one run of fifty requests at once, and all wait for it', async () => {
    const queue = recordingQueue((job) => setTimeout(() => void ci.record(finished(job.id)), 100));
    const { app, ci, runs } = await buildTestApp({ git: gitWith('main'), queue });
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.inject(post({ branch: 'main' }))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.json().id))).toEqual(new Set([queue.jobs[0]?.id]));
    expect(queue.jobs).toHaveLength(1);
    expect(await runs.list({ limit: 100 })).toHaveLength(1);
    // What has ended does not stand in the way.
    expect((await app.inject(post({ branch: 'main' }, { prefer: 'respond-async' }))).statusCode).toBe(202);
    expect(queue.jobs).toHaveLength(2);
  });

  it('goes on with the run when its client leaves, and takes that for no fault of its own', async () => {
    const { app, runs } = await buildTestApp({ git: gitWith('main'), queue: recordingQueue() });
    const refusals: (number | undefined)[] = [];
    app.addHook('onError', async (_request, _reply, error) => void refusals.push(error.statusCode));
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const leaving = new AbortController();
    const { url, method, payload } = post({ branch: 'main' });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(`${origin}${url}`, { method, headers, body: payload, signal: leaving.signal });
    await vi.waitFor(async () => expect(await runs.list({ limit: 1 })).toHaveLength(1));
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(refusals).toEqual([499]));
    expect(await runs.list({ limit: 2 })).toMatchObject([{ state: 'queued' }]);
  });

  it('tells those who joined a run that its job could not be queued', async () => {
    const sending = Promise.withResolvers<never>();
    const queue = strict<JobQueue>('queue', { send: () => sending.promise });
    const { app, runs } = await buildTestApp({ git: gitWith('main'), queue });
    const asking = [app.inject(post({ branch: 'main' })), app.inject(post({ branch: 'main' }))];
    await vi.waitFor(async () => expect(await runs.list({ limit: 9 })).toHaveLength(1));
    sending.reject(new UnavailableError('The queue does not take jobs.'));
    const answers = await Promise.all(asking);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 400]);
    expect(answers[1]?.json()).toMatchObject({ state: 'errored', reason: expect.stringContaining('Kafka') });
  });

  it.each([
    ['failed', 1, 'CI has errored for branch ci_fail with code 1.\n'],
    ['errored', 124, 'CI has errored for branch ci_fail with code 124.\n'],
  ] as const)('answers 400 when the run has %s', async (state, exitCode, text) => {
    const queue = recordingQueue((job) => {
      void ci.record(finished(job.id, { state, exitCode, hasReport: false, coverage: null, tests: null }));
    });
    const { app, ci } = await buildTestApp({ git: gitWith('ci_fail', 'main'), queue });
    const answer = await app.inject(post({ branch: 'ci_fail' }));
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ status: 'error', text, reportUrl: null, coverage: null, tests: null });
  });

  it('learns of a result that another process recorded', async () => {
    const runs = createMemoryRunStore();
    const queue = recordingQueue((job) => setTimeout(() => void runs.apply(finished(job.id)), 30));
    const { app } = await buildTestApp({ git: gitWith('main'), queue, runs });
    expect((await app.inject(post({ branch: 'main' }))).statusCode).toBe(200);
  });

  it('keeps waiting while the database is away for a moment', async () => {
    const runs = createMemoryRunStore();
    let looks = 0;
    const flaky = {
      ...runs,
      finishedAmong: async (ids: readonly string[]) => {
        looks += 1;
        if (looks < 3) throw new UnavailableError('away');
        return runs.finishedAmong(ids);
      },
    };
    const queue = recordingQueue((job) => void runs.apply(finished(job.id)));
    const { app } = await buildTestApp({ git: gitWith('main'), queue, runs: flaky });
    expect((await app.inject(post({ branch: 'main' }))).statusCode).toBe(200);
    expect(looks).toBeGreaterThanOrEqual(3);
  });

  it.each(['respond-async', 'wait=10, Respond-Async', 'respond-async; x=y'])(
    'answers at once to Prefer: %s',
    async (prefer) => {
      const queue = recordingQueue();
      const { app } = await buildTestApp({ git: gitWith('main'), queue });
      const answer = await app.inject(post({ branch: 'main' }, { prefer }));
      const id = queue.jobs[0]?.id;
      expect(answer.statusCode).toBe(202);
      expect(answer.headers.location).toBe(`/api/v1/ci/${id}`);
      expect(answer.json()).toMatchObject({
        status: 'queued',
        state: 'queued',
        text: 'CI is queued for branch main.\n',
        id,
      });
    },
  );

  it.each([
    [{}, 'A value for `branch` is required. Use GET to check arguments.\n'],
    [{ branch: '' }, 'A value for `branch` is required. Use GET to check arguments.\n'],
    [{ branch: 3 }, '`branch` must be text, not 3.'],
    [{ branch: null }, '`branch` must be text, not null.'],
    [{ branch: ['a'] }, '`branch` must be text, not a list.'],
    [{ branch: '--help' }, '`branch` cannot be the name of a branch: it begins with "-".'],
    [{ branch: '../x' }, '`branch` cannot be the name of a branch: it holds "..".'],
    [{ branch: 'main', repository: 1 }, '`repository` must be text, not 1.'],
  ])('refuses %j', async (payload, text) => {
    const { app } = await buildTestApp();
    const answer = await app.inject(post(payload));
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ status: 'error', text });
  });

  it('refuses a repository that is not allowed, naming those that are', async () => {
    const { app } = await buildTestApp({ repositories: ['myapp', 'second'] });
    const answer = await app.inject(post({ branch: 'main', repository: 'linux' }));
    expect(answer.statusCode).toBe(403);
    expect(answer.json().text).toBe('This lab does not test that repository. It tests `myapp`, `second`.');
  });

  it('knows a listed URL with the ending .git and without', async () => {
    const url = 'https://git.example/ann/app.git';
    const asked: string[] = [];
    const git = {
      async branches(repository: string) {
        asked.push(repository);
        return [{ name: 'main', commit: 'a'.repeat(40) }];
      },
    };
    const queue = recordingQueue();
    const { app } = await buildTestApp({ git, queue, repositories: ['myapp', url] });
    for (const repository of [url, url.replace(/\.git$/, '')]) {
      const answer = await app.inject(post({ branch: 'main', repository }, { prefer: 'respond-async' }));
      expect(answer.json()).toMatchObject({ state: 'queued', repository: url });
    }
    expect(asked).toEqual([url, url]);
    expect(queue.jobs.map(({ repository }) => repository)).toEqual([url]);
  });

  it('lists up to ten branches when the branch does not exist', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `b${index}`);
    const { app } = await buildTestApp({ git: gitWith(...names) });
    const answer = await app.inject(post({ branch: 'nowhere' }));
    expect(answer.statusCode).toBe(404);
    expect(answer.json().text).toBe(
      'There is no branch nowhere in repository myapp. It has b0, b1, b2, b3, b4, b5, b6, b7, b8, b9 and more.',
    );
  });

  it('tells 503 when the Git server is away', async () => {
    const branches = async (): Promise<never> => {
      throw new UnavailableError('The Git server does not answer.');
    };
    const { app } = await buildTestApp({ git: strict<GitServer>('git', { branches }) });
    const answer = await app.inject(post({ branch: 'main' }));
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json()).toEqual({ status: 'error', text: 'The Git server does not answer.' });
  });

  it('marks the run as errored when the queue does not take the job', async () => {
    const send = async (): Promise<never> => {
      throw new UnavailableError('The queue does not take jobs.');
    };
    const { app, runs, ci } = await buildTestApp({ git: gitWith('main'), queue: strict<JobQueue>('queue', { send }) });
    expect((await app.inject(post({ branch: 'main' }))).statusCode).toBe(503);
    const [run] = await runs.list({ limit: 1 });
    expect(run).toMatchObject({ state: 'errored', reason: expect.stringContaining('Kafka') });
    // The job may have arrived all the same: its result no longer counts.
    await ci.record(finished(run?.id ?? ''));
    expect((await runs.get(run?.id ?? ''))?.state).toBe('errored');
  });

  it('lets waiting clients go when the app stops', async () => {
    const { app } = await buildTestApp({
      git: gitWith('main'),
      queue: recordingQueue(() => setTimeout(() => app.close(), 20)),
    });
    const answer = await app.inject(post({ branch: 'main' }));
    expect(answer.statusCode).toBe(503);
    expect(answer.json().text).toContain('The run goes on');
  });
});
