/** The CI runs what people push, whatever it does, and says what happened. */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ciClient, pushUrlOf, type Run } from '../helpers/ci.ts';
import { createPusher, type Pusher, withFile } from '../helpers/git-pushes.ts';
import { lab, ONE_HOST, onHost, outputOf, PATIENCE, REMOTE, waitFor } from '../helpers/launcher.ts';
import { JOB_CASES } from './jobs.ts';

const { stack, outputs } = inject('e2e');
const ci = ciClient(outputs.apiUrl);
const REPOSITORY = 'jobs';
const JOBS = join(import.meta.dirname, 'jobs');
const SAMPLES = join(import.meta.dirname, '../../samples');

let pusher: Pusher;
beforeAll(async () => {
  pusher = await createPusher(await pushUrlOf(REPOSITORY));
});
afterAll(() => pusher.close());

/** What a reader sees of a page. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const isFinished = (run: Run): boolean => !['queued', 'running'].includes(run.state);
const finished = (id: string): Promise<Run> =>
  waitFor(
    `the end of run ${id}`,
    async () => {
      const run = await ci.show(id);
      return isFinished(run) ? run : undefined;
    },
    240_000,
  );

describe('a push', () => {
  test('starts a run of each branch, and says where to look', async () => {
    const { said, commit } = await pusher.push('feature/pushed', join(SAMPLES, 'myapp'));
    const [, page, id = ''] = /CI tests feature\/pushed: (\S+\/ci\/([\da-f-]+))/.exec(said) ?? [];
    expect(page).toBe(`${outputs.webUrl}/ci/${id}`);
    expect(await finished(id)).toMatchObject({
      state: 'passed',
      commit,
      branch: 'feature/pushed',
      author: 'Ann Learner',
      subject: 'Push feature/pushed',
    });
  });
});

describe('a run', () => {
  let run: Run;
  beforeAll(async () => {
    run = (await ci.test('ci_fail')).run;
  });

  test('has its steps with their times, one after the other', () => {
    expect(run.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'queued done',
      'allocate done',
      'sandbox done',
      'install done',
      'test failed',
      'report done',
      'cleanup done',
    ]);
    for (const [index, step] of run.steps.entries()) {
      expect(Date.parse(step.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(step.startedAt));
      const next = run.steps[index + 1];
      if (next !== undefined) expect(next.startedAt).toBe(step.finishedAt);
    }
  });

  test('says why it is red, which test failed, and how the changed lines are covered', async () => {
    expect(run.reason).toContain('mylib.add_numbers');
    const { tests } = (await (await fetch(`${outputs.apiUrl}/ci/${run.id}/tests`)).json()) as { tests: unknown[] };
    expect(tests).toEqual([
      expect.objectContaining({ state: 'failed', message: expect.stringContaining('Expected:') }),
    ]);
    const coverage = (await (await fetch(`${outputs.apiUrl}/ci/${run.id}/coverage`)).json()) as {
      percent: number;
      files: { path: string }[];
    };
    expect(coverage.percent).toBe(run.coverage);
    expect(coverage.files.map(({ path }) => path)).toContain('mylib.py');
    const file = (await (await fetch(`${outputs.apiUrl}/ci/${run.id}/coverage/mylib.py`)).json()) as {
      lines: { text: string; state: string | null; changed: boolean }[];
    };
    expect(file.lines.find(({ text }) => text.includes('return num1 + num2'))).toMatchObject({ state: 'covered' });
    expect(file.lines.filter(({ changed }) => changed).map(({ text }) => text)).toEqual(['    3.0']);
  });

  test('asked for twice at once is one run', async () => {
    const both = await Promise.all(Array.from({ length: 8 }, () => ci.test('main')));
    expect(new Set(both.map(({ run: { id } }) => id)).size).toBe(1);
  });

  test('of a branch with a slash has its report under its name', async () => {
    await ci.test('feature/pushed', REPOSITORY);
    const { run: one } = await ci.test('main');
    expect((await fetch(one.reportUrl ?? '')).status).toBe(200);
  });
});

describe('a Node project', () => {
  test('is installed, tested and measured', async () => {
    const { status, run } = await ci.test('main', 'mynodeapp');
    expect(run.reason).toBe('2 tests passed.');
    expect(status).toBe(200);
    expect(run.tests).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(run.coverage).toBeGreaterThan(50);
    expect(run.coverage).toBeLessThan(100);
    expect((await fetch(run.reportUrl ?? '')).status).toBe(200);
  });
});

describe('a job that', () => {
  const runs = new Map<string, Run>();
  const runners = Object.entries(outputs.hosts).flatMap(([host, { roles }]) => (roles.includes('ci') ? [host] : []));
  beforeAll(async () => {
    // The pushes start the runs; that nothing of one is seen by another is part of what is tried.
    for (const { name } of JOB_CASES) await pusher.push(name, join(JOBS, name));
    for (const { name } of JOB_CASES) {
      const [run] = await ci.list(REPOSITORY, name);
      if (run !== undefined) runs.set(name, await finished(run.id));
    }
  }, 600_000 * PATIENCE);

  test.each(JOB_CASES)('$name is $state, and its page says why', async ({ name, state, reason, exitCode }) => {
    const run = runs.get(name);
    const log = await (await fetch(run?.logUrl ?? '')).text();
    expect(run, log.slice(-3_000)).toMatchObject({ state, reason: expect.stringMatching(reason) });
    if (exitCode !== undefined) expect(run?.exitCode).toBe(exitCode);
    expect(run?.steps.at(-1)).toMatchObject({ name: 'cleanup', state: 'done' });
    const page = textOf(await (await fetch(run?.pageUrl ?? '')).text());
    expect(page).toContain(name);
    expect(page).toContain(run?.reason);
    expect(log.length).toBeLessThan(11 * 1024 * 1024);
  });

  test('puts links into its report finds them left out', async () => {
    const { reportUrl } = runs.get('links-in-the-report') ?? {};
    expect((await fetch(reportUrl ?? '')).status).toBe(200);
    expect((await fetch(new URL('passwd.html', reportUrl ?? ''))).status).toBe(404);
    expect((await fetch(new URL('root/etc/passwd', reportUrl ?? ''))).status).toBe(404);
  });

  test("offers programs under the names of the lab's finds them called by its own steps alone", async () => {
    const { logUrl } = runs.get('offers-programs') ?? {};
    const log = await (await fetch(logUrl ?? '')).text();
    // npm looks its shell up as the project would; what the lab itself calls before and after, it does not.
    expect(log).toContain('/job/src/node_modules/.bin/sh: ');
    expect(log.replaceAll('/job/src/node_modules/.bin/sh: ', '')).not.toContain('/job/src/node_modules/.bin/');
    for (const host of runners) {
      const packages = await onHost(
        stack,
        host,
        'find',
        '/data/ci-cache',
        '-mindepth',
        '1',
        '-maxdepth',
        '1',
        '-printf',
        '%f\n',
      );
      for (const name of packages.split('\n').filter(Boolean)) expect(name).toMatch(/^\.?(node|python)-[0-9a-f]{32}$/);
      expect(await onHost(stack, host, 'find', '/data/ci-cache', '-name', 'offer*')).toBe('');
    }
  });

  test('has ended has left nothing on its host', async () => {
    expect(runners).not.toEqual([]);
    for (const host of runners) {
      const processes = await onHost(stack, host, 'ps', '-eo', 'user:20,args');
      // A sandbox may wait there for the next job.
      const left = processes
        .split('\n')
        .filter((line) => /^ci-job|4242/.test(line) && !line.includes('ci-sandbox.mjs'));
      expect(left).toEqual([]);
      const mounts = await onHost(stack, host, 'cat', '/proc/1/mounts');
      expect(mounts).not.toMatch(/ \/job /);
    }
  });

  test('changes ten million lines in one commit is tested like any other', async () => {
    const { said } = await pusher.push('changes-millions-of-lines', join(SAMPLES, 'myapp'), (folder) =>
      writeFile(join(folder, 'lines.txt'), '\n'.repeat(10_000_000)),
    );
    const id = /\/ci\/([\da-f-]+)/.exec(said)?.[1] ?? '';
    expect(await finished(id)).toMatchObject({ state: 'passed', reason: '1 test passed.' });
  });

  test('is cancelled ends within seconds, and its runner takes the next one', async () => {
    const wait = withFile('lab-ci.yaml', 'timeout: 200\n');
    const { said } = await pusher.push('is-cancelled', join(JOBS, 'sleeps-for-ever'), wait);
    const id = /\/ci\/([\da-f-]+)/.exec(said)?.[1] ?? '';
    const isTested = async (): Promise<boolean> => {
      const { runner } = await ci.show(id);
      return runner !== null && (await onHost(stack, runner, 'ps', '-eo', 'args')).includes('pytest');
    };
    await waitFor('its tests', async () => ((await isTested()) ? true : undefined));
    const cancelled = await lab(['ci', 'cancel', `${outputs.webUrl}/ci/${id}`, '-s', stack]);
    expect(cancelled, cancelled.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('is cancelled') });
    expect(await ci.show(id)).toMatchObject({
      state: 'errored',
      reason: 'The run was cancelled by whoever operates the lab.',
    });
    await waitFor('their end', async () => ((await isTested()) ? undefined : true), 15_000);
    const again = await lab(['ci', 'cancel', id, '-s', stack]);
    expect([again.status, again.stderr.trim()]).toEqual([1, expect.stringContaining('is over: it has errored')]);
  });

  test('holds more than a job may write is told so', async () => {
    const { said } = await pusher.push('is-large', join(SAMPLES, 'myapp'), async (folder) => {
      // Easy to send, and without holes that would take no room.
      const make = 'for part in $(seq 3); do yes "$part" | head -c 100M > "$1/large-$part.bin"; done';
      await outputOf('sh', ['-c', make, 'sh', folder]);
    });
    const id = /\/ci\/([\da-f-]+)/.exec(said)?.[1] ?? '';
    expect(await finished(id)).toMatchObject({ state: 'errored', reason: expect.stringMatching(/256 MiB/) });
  });
});

describe('a webhook', () => {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    after: '1'.repeat(40),
    repository: { name: 'myapp', full_name: 'lab/myapp', clone_url: outputs.gitUrl },
  });
  const send = async (secret: string): Promise<Response> =>
    fetch(`${outputs.apiUrl}/ci/webhook`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    });

  test('that is signed starts a run, and one that is not does not', async () => {
    const text = await outputOf('./lab', ['pulumi', 'stack', 'output', '--json', '--show-secrets', '--stack', stack]);
    const { ciWebhookSecret } = JSON.parse(text) as { ciWebhookSecret: string };
    expect((await send('wrong')).status).toBe(401);
    const accepted = await send(ciWebhookSecret);
    expect(accepted.status).toBe(202);
    const { id } = (await accepted.json()) as { id: string };
    expect(await finished(id)).toMatchObject({ state: 'passed', branch: 'main' });
  });
});

describe.skipIf(REMOTE || ONE_HOST)(
  'many jobs (only where there are two runners, in containers, which can be killed)',
  () => {
    const COUNT = 50;
    test(
      `asked for at once, ${COUNT} of them, each have one result, also when a runner is lost`,
      async () => {
        const prefix = `many-${Date.now()}/`;
        const branches = Array.from({ length: COUNT }, (_, index) => `${prefix}${index + 1}`);
        await pusher.push('one-of-many', join(SAMPLES, 'myapp'), withFile('note.txt', 'one of many'));
        await pusher.copy('one-of-many', branches);
        const lost = `lab-${stack}-ci-2`;
        await waitFor('a job on the runner that will be lost', async () =>
          (await ci.list(REPOSITORY, prefix)).some(({ runner, state }) => runner === 'ci-2' && state === 'running')
            ? true
            : undefined,
        );
        await outputOf('docker', ['kill', lost]);
        try {
          const runs = await waitFor(
            'the end of all runs',
            async () => {
              const all = await ci.list(REPOSITORY, prefix);
              return all.length >= COUNT && all.every(isFinished) ? all : undefined;
            },
            400_000,
          );
          expect(runs.map(({ branch }) => branch).sort()).toEqual([...branches].sort());
          expect(runs.filter(({ state }) => state !== 'passed')).toEqual([]);
        } finally {
          await outputOf('docker', ['start', lost]);
        }
        await waitFor(
          'the runner that was lost',
          async () => {
            const status = await onHost(stack, 'ci-2', 'systemctl', 'is-active', 'ci-runner.service');
            return status.trim() === 'active' ? true : undefined;
          },
          120_000,
        );
      },
      600_000 * PATIENCE,
    );
  },
);
