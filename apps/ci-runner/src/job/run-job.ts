/** One job from its commit to its result, with everything around the tests: a place, a log, the record of its steps. */
import { RestError } from '@azure/storage-blob';
import { type CiJob, type CiResult, logBlobName } from '@cloud-lab/common/ci-messages';
import { type Sandbox, SandboxGone } from '../sandbox/client.ts';
import { Attempts, refuseAttempt } from './attempts.ts';
import { isCancelled, RunCancelled, watchCancellation } from './cancellation.ts';
import { refuseSource } from './checkout.ts';
import { JobLog } from './job-log.ts';
import type { RunnerParts } from './job-parts.ts';
import { errored, type Outcome } from './outcome.ts';
import { Progress } from './progress.ts';
import { StoredResults } from './stored-results.ts';
import { testCommit } from './test-commit.ts';

/**
 * Runs the job; a job that ends badly is an ordinary result. One that had its result before is not run again.
 * @throws the reason of `signal` when that aborts, and Error when the storage takes no log or result
 */
export async function runJob(job: CiJob, startedAt: Date, parts: RunnerParts, signal: AbortSignal): Promise<CiResult> {
  const { config, container, logger, slots } = parts;
  const stored = new StoredResults(container, job.id, signal);
  const earlier = await stored.earlier();
  if (earlier !== null) return earlier;

  const progress = new Progress({ job, runner: config.RUNNER_NAME, startedAt, tell: parts.tell });
  const log = await JobLog.create(container.getAppendBlobClient(logBlobName(job.id)), logger, signal);
  const attempts = new Attempts(container, job.id);
  const place = slots.take();
  let sandbox: Sandbox | null = null;
  let outcome: Outcome;
  const over = new AbortController();
  const cancelled = watchCancellation(container, job.id, { signal: AbortSignal.any([signal, over.signal]), logger });
  const end = AbortSignal.any([signal, cancelled]);
  try {
    log.writeLine(`Run ${job.id} of ${job.repository}, branch ${job.branch}, on ${config.RUNNER_NAME}`);
    if (await isCancelled(container, job.id, signal)) throw new RunCancelled();
    const attempt = { runner: config.RUNNER_NAME, startedAt: startedAt.toISOString() };
    const refusal =
      refuseSource(job.repository, job.commit, config.CI_REPOSITORIES) ??
      refuseAttempt(await attempts.begin(attempt, signal));
    if (refusal === null) {
      sandbox = await place.open(end);
      progress.begin('sandbox');
      outcome = await testCommit(job, { ...parts, sandbox, log, progress, stored, signal: end });
    } else outcome = errored(refusal);
  } catch (error) {
    if (signal.aborted) {
      log.abandon();
      await attempts.leave();
      throw error;
    }
    outcome = errored(describeEnd(error));
    if (!(error instanceof RunCancelled))
      logger.error({ err: error, job: job.id }, 'The runner could not do its part of a job');
  } finally {
    over.abort();
    if (!signal.aborted) progress.begin('cleanup', 'done');
    await sandbox?.close();
    slots.give(place);
  }
  log.writeLine(`\n${outcome.state}: ${outcome.reason}`);
  await log.close();
  if (signal.aborted) {
    await attempts.leave();
    signal.throwIfAborted();
  }
  const finishedAt = new Date();
  const result: CiResult = {
    id: job.id,
    runner: config.RUNNER_NAME,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    ...progress.finish(),
    ...outcome,
  };
  await stored.storeResult(result);
  return result;
}

/** What ended a job before it came to a verdict, as a sentence. */
function describeEnd(error: unknown): string {
  if (error instanceof RunCancelled) return error.message;
  if (error instanceof RestError) {
    return "The lab's storage does not take what the run leaves: it is away, or full. Tell whoever operates the lab.";
  }
  return error instanceof SandboxGone
    ? 'The sandbox ended before the job did: perhaps the host ran out of memory. Try again.'
    : 'The runner could not do its part: ask for help.';
}
