/** The CI behind its routes: who waits, and what was lost on the way. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../apps/web/src/errors.ts';
import { buildOperatorApp } from '../../../apps/web/src/operator-app.ts';
import { finished, newRun, running } from './ci-fixtures.ts';
import { buildTestApp, recordingQueue, reportsWith, silent } from './helper.ts';

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

describe('a run that is cancelled by whoever operates the lab', () => {
  /** The operator's app, and the ids of runs that were marked for their runners. */
  async function operate() {
    const marked: string[] = [];
    const reports = { ...reportsWith({}), markCancelled: async (id: string) => void marked.push(id) };
    const { ci, runs, app } = await buildTestApp({ reports });
    const operator = buildOperatorApp(ci, silent);
    const cancel = (id: string) => operator.inject({ method: 'POST', url: `/ci/${id}/cancel` });
    return { ci, runs, app, marked, cancel };
  }

  it.each(['queued', 'running'])('ends though it is %s, and its runner and who waits are told', async (state) => {
    const { ci, runs, marked, cancel } = await operate();
    const run = newRun();
    await runs.insert(run);
    if (state === 'running') await ci.record(running(run.id));
    const waiting = ci.finished(run.id, new AbortController().signal);
    const answer = await cancel(run.id);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'ok', state: 'errored' }]);
    expect(marked).toEqual([run.id]);
    expect(await waiting).toMatchObject({
      state: 'errored',
      reason: 'The run was cancelled by whoever operates the lab.',
    });
    await ci.record(finished(run.id));
    expect(await runs.get(run.id)).toMatchObject({ state: 'errored' });
  });

  it('stays as it is where it is over, and says so', async () => {
    const { ci, runs, marked, cancel } = await operate();
    const run = newRun();
    await runs.insert(run);
    await ci.record(finished(run.id));
    const answer = await cancel(run.id);
    expect([answer.statusCode, answer.json().text]).toEqual([
      409,
      `The run ${run.id} is over: it has passed. Only one that is queued or running can be cancelled.`,
    ]);
    expect(marked).toEqual([]);
  });

  it.each([randomUUID(), 'main', '..'])('has to be there: %s', async (id) => {
    const { cancel } = await operate();
    expect((await cancel(id)).statusCode).toBe(404);
  });

  it('cannot be cancelled through the site', async () => {
    const { app, runs } = await operate();
    const run = newRun();
    await runs.insert(run);
    for (const url of [`/ci/${run.id}/cancel`, `/api/v1/ci/${run.id}/cancel`])
      expect((await app.inject({ method: 'POST', url })).statusCode).toBe(404);
  });
});
