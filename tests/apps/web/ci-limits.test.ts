/** Runs that strangers start: not too many of one address, none at the cost of others. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { OPEN_LIMITS, REQUEST_LIMITS, sizeOf, unfinishedRuns } from '../../../apps/web/src/limits/table.ts';
import { finished } from './ci-fixtures.ts';
import { buildTestApp, gitWith, recordingQueue } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const ADDRESS = '192.0.2.1';
const OTHER = '192.0.2.2';
const LAB_HOST = '10.80.0.140';
const CLIENTS = 1;
const MOST_STARTS = sizeOf(REQUEST_LIMITS.start, CLIENTS);
const MOST_UNFINISHED = unfinishedRuns(CLIENTS);

const branches = Array.from({ length: 400 }, (_, number) => `b-${number}`);

async function ciApp(clientsPerAddress = CLIENTS) {
  const queue = recordingQueue();
  const store = createMemoryRunStore();
  // As a database: what was counted may be old when the answer is here.
  const runs: RunStore = {
    ...store,
    async countUnfinished(address) {
      const counted = await store.countUnfinished(address);
      await setImmediate();
      return counted;
    },
  };
  const limits = { clientsPerAddress, labNetworks: ['10.80.0.128/25'] };
  const { app, ci, waiters } = await buildTestApp({ git: gitWith(...branches), queue, runs, limits });
  const start = (
    branch: string,
    remoteAddress = ADDRESS,
    headers: Record<string, string> = { prefer: 'respond-async' },
  ) => app.inject({ method: 'POST', url: '/api/v1/ci', payload: { branch }, headers, remoteAddress });
  const endAll = async (): Promise<void> => {
    for (const { id } of queue.jobs.splice(0)) await ci.record(finished(id));
  };
  return { start, endAll, waiters };
}

describe('runs of one address', () => {
  it('are not more at a time than its share, and others start theirs all the same', async () => {
    const { start, endAll } = await ciApp();
    const answers = await Promise.all(branches.slice(0, MOST_UNFINISHED.ofAddress + 3).map((branch) => start(branch)));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(MOST_UNFINISHED.ofAddress);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(refused?.headers['retry-after']).toBe('30');
    expect(refused?.json()).toEqual({
      status: 'error',
      text: `Your address has ${MOST_UNFINISHED.ofAddress} runs that are not finished. Try again in 30 s.`,
    });
    expect((await start('b-100', OTHER)).statusCode).toBe(202);
    await endAll();
    expect((await start('b-101')).statusCode).toBe(202);
  });

  it('are not more in ten minutes than the limit, and those of a commit that is being tested cost nothing', async () => {
    const { start, endAll } = await ciApp();
    for (let number = 0; number < MOST_STARTS - 1; number += 1) {
      expect((await start(`b-${number}`)).statusCode).toBe(202);
      await endAll();
    }
    const { id } = (await start('b-50')).json();
    const refused = await start('b-51', ADDRESS, {});
    expect([refused.statusCode, refused.json().text]).toEqual([
      429,
      expect.stringMatching(/^Rate limit exceeded\. Try again in 10 min\.$/),
    ]);
    expect((await start('b-50')).json().id).toBe(id);
    expect((await start('b-51', OTHER)).statusCode).toBe(202);
  });

  it('are not limited for hosts of the lab, such as its Git server', async () => {
    const { start } = await ciApp();
    const answers = await Promise.all(branches.slice(0, 80).map((branch) => start(branch, LAB_HOST)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
    expect((await start('b-200')).statusCode).toBe(202);
  });
});

describe('runs of all addresses', () => {
  it('are not more than the CI takes, but for pushes', async () => {
    const { start } = await ciApp();
    for (let number = 0; number < MOST_UNFINISHED.inAll; number += 1) {
      const answer = await start(`b-${number}`, `198.51.100.${Math.floor(number / MOST_UNFINISHED.ofAddress)}`);
      expect(answer.statusCode).toBe(202);
    }
    const refused = await start('b-399', OTHER);
    expect([refused.statusCode, refused.headers['retry-after'], refused.json().text]).toEqual([
      503,
      '30',
      'The CI has 300 runs that are not finished. Try again in 30 s.',
    ]);
    expect((await start('b-0', OTHER)).statusCode).toBe(202);
    expect((await start('b-399', LAB_HOST)).statusCode).toBe(202);
  });
});

describe('requests that wait for a run', () => {
  it('are not more of one address than its share, and give their place back', async () => {
    const { start, endAll, waiters } = await ciApp(50);
    const most = sizeOf(OPEN_LIMITS.waitingRequests, 50);
    const waiting = Array.from({ length: most }, () => start('b-0', ADDRESS, {}));
    await vi.waitFor(() => expect(waiters.size).toBe(most));
    const refused = await start('b-0', ADDRESS, {});
    expect([refused.statusCode, refused.json().text]).toEqual([
      429,
      `Your address has ${most} requests that wait for a run open. Try again in 5 s.`,
    ]);
    const other = start('b-0', OTHER, {});
    await vi.waitFor(() => expect(waiters.size).toBe(most + 1));
    await endAll();
    expect(new Set((await Promise.all([...waiting, other])).map(({ statusCode }) => statusCode))).toEqual(
      new Set([200]),
    );
    const again = start('b-0', ADDRESS, {});
    await vi.waitFor(() => expect(waiters.size).toBe(1));
    await endAll();
    expect((await again).statusCode).toBe(200);
  });
});
