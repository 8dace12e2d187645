/** How a run lies in a row of the table ci_runs. */
import { createHash } from 'node:crypto';
import { CiStep, type CiUpdate } from '@cloud-lab/common/ci-messages';
import type { Insertable, Selectable, Updateable } from 'kysely';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { type CiRun, firstSteps, progressOf } from '../ci/run.ts';
import type { NewRun, Work } from '../ci/run-store.ts';
import type { CiRunsTable } from './schema.ts';

const MAX_RUNNER = 255;
const MAX_REASON = 2_000;
const MAX_AUTHOR = 255;
const MAX_SUBJECT = 500;
const Steps = Type.Array(CiStep);

/** What a runner says, cut to what the columns hold. */
export function cutUpdate<T extends CiUpdate>(update: T): T {
  const { runner, author, subject } = update;
  const shared = {
    runner: runner.slice(0, MAX_RUNNER),
    author: author?.slice(0, MAX_AUTHOR) ?? null,
    subject: subject?.slice(0, MAX_SUBJECT) ?? null,
  };
  return 'reason' in update ? { ...update, ...shared, reason: cutReason(update.reason) } : { ...update, ...shared };
}

/** A sentence, cut to what its column holds. */
export const cutReason = (reason: string): string => reason.slice(0, MAX_REASON);

/** The same for every request of one commit of one branch; unlike the three together, short enough for an index. */
export const activeKey = ({ repository, branch, commit }: Work): string =>
  createHash('sha256')
    .update(JSON.stringify([repository, branch, commit]))
    .digest('hex');

/** The row of a run that was asked for. */
export function toNewRow(run: NewRun): Insertable<CiRunsTable> {
  const steps = firstSteps(run.requestedAt);
  return {
    id: run.id,
    repository: run.repository,
    branch: run.branch,
    commit_id: run.commit,
    state: 'queued',
    requested_at: run.requestedAt,
    steps: JSON.stringify(steps),
    progress: progressOf(steps),
    has_report: 0,
    has_tests: 0,
    has_coverage: 0,
    active_key: activeKey(run),
    address: run.address ?? null,
  };
}

/** The columns that an update sets, all but author and subject. */
export function toColumns(update: CiUpdate): Updateable<CiRunsTable> {
  const heard = {
    state: update.state,
    runner: update.runner,
    started_at: new Date(update.startedAt),
    steps: JSON.stringify(update.steps),
    progress: progressOf(update.steps),
    heard_at: new Date(),
  };
  if (update.state === 'running') return heard;
  return {
    ...heard,
    finished_at: new Date(update.finishedAt),
    exit_code: update.exitCode,
    reason: update.reason,
    duration_ms: update.durationMs,
    tests_passed: update.tests?.passed ?? null,
    tests_failed: update.tests?.failed ?? null,
    tests_skipped: update.tests?.skipped ?? null,
    coverage: update.coverage,
    changed_covered: update.changedLines?.covered ?? null,
    changed_total: update.changedLines?.total ?? null,
    has_report: update.hasReport ? 1 : 0,
    has_tests: update.hasTests ? 1 : 0,
    has_coverage: update.hasCoverage ? 1 : 0,
    active_key: null,
    address: null,
  };
}

/** The run that a row holds. */
export function toRun(row: Selectable<CiRunsTable>): CiRun {
  const { tests_passed: passed, tests_failed: failed, tests_skipped: skipped } = row;
  const { changed_covered: covered, changed_total: total } = row;
  return {
    id: row.id,
    repository: row.repository,
    branch: row.branch,
    commit: row.commit_id,
    author: row.author,
    subject: row.subject,
    state: row.state,
    requestedAt: row.requested_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    runner: row.runner,
    steps: readSteps(row.steps),
    exitCode: row.exit_code,
    reason: row.reason,
    durationMs: row.duration_ms,
    tests: passed === null || failed === null || skipped === null ? null : { passed, failed, skipped },
    coverage: row.coverage,
    changedLines: covered === null || total === null ? null : { covered, total },
    hasReport: row.has_report === 1,
    hasTests: row.has_tests === 1,
    hasCoverage: row.has_coverage === 1,
  };
}

/** Runs from before there were steps have none. */
export const readSteps = (text: string | null): CiStep[] => (text === null ? [] : Value.Parse(Steps, JSON.parse(text)));
