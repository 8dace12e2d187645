/** The CI behind its routes: who waits, and what was lost on the way. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../apps/web/src/errors.ts';
import { finished, newRun, running } from './ci-fixtures.ts';
import { buildTestApp, recordingQueue } from './helper.ts';

describe('CiService', () => {
  it('stops waiting when the client leaves', async () => {
    const { ci, runs } = await buildTestApp();
    const run = newRun();
    await runs.insert(run);
    const leaving = new AbortController();
    const waiting = ci.finished(run.id, leaving.signal);
    leaving.abort(new HttpError(499, 'gone'));
    await expect(waiting).rejects.toThrow('gone');
  });

  it('queues again what never reached the queue, once', async () => {
    const queue = recordingQueue();
    const { ci, runs } = await buildTestApp({ queue });
    const run = newRun();
    await runs.insert(run);
    await ci.resendLost(new Date(run.requestedAt.getTime() + 59_000));
    expect(queue.jobs).toEqual([]);
    await ci.resendLost(new Date(run.requestedAt.getTime() + 61_000));
    await ci.resendLost(new Date(run.requestedAt.getTime() + 122_000));
    expect(queue.jobs.map(({ id }) => id)).toEqual([run.id]);
  });

  it('ends a run whose runner is never heard of again, and tells who waits', async () => {
    const { ci, runs } = await buildTestApp();
    const run = newRun();
    await runs.insert(run);
    await ci.record(running(run.id));
    const waiting = ci.finished(run.id, new AbortController().signal);
    const hour = 60 * 60_000;
    await ci.endLost(new Date(Date.now() + hour - 1_000));
    expect(await runs.get(run.id)).toMatchObject({ state: 'running' });
    await ci.endLost(new Date(Date.now() + hour + 1_000));
    expect(await waiting).toMatchObject({
      state: 'errored',
      reason: 'The runner ci-1 took this run and was never heard of again. Run it once more.',
    });
  });

  it('takes updates of unknown runs calmly', async () => {
    const { ci } = await buildTestApp();
    await expect(ci.record(finished(randomUUID()))).resolves.toBeUndefined();
  });
});
