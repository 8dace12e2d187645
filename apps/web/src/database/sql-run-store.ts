/** Runs of the CI in the table ci_runs. */
import type { CiUpdate } from '@cloud-lab/common/ci-messages';
import type { Kysely, Selectable, UpdateResult } from 'kysely';
import type { CiRun } from '../ci/run.ts';
import type { RunStore } from '../ci/run-store.ts';
import { ask } from './connect.ts';
import type { CiRunsTable, Tables } from './schema.ts';

const MAX_RUNNER = 255;
const MAX_REASON = 2_000;
const RESEND_AT_ONCE = 100;

/** Keeps runs in SQL. */
export function createSqlRunStore(db: Kysely<Tables>): RunStore {
  // The condition makes a finished run final: of two reports at once, the database lets one win.
  const updateUnfinished = (id: string) =>
    db.updateTable('ci_runs').where('id', '=', id).where('state', 'in', ['queued', 'running']);

  return {
    async insert({ id, repository, branch, commit, requestedAt }) {
      const row = { id, repository, branch, commit_id: commit, state: 'queued' as const, requested_at: requestedAt };
      await ask(
        db
          .insertInto('ci_runs')
          .values({ ...row, has_report: 0 })
          .execute(),
      );
    },

    async get(id) {
      const row = await ask(db.selectFrom('ci_runs').selectAll().where('id', '=', id).executeTakeFirst());
      return row && toRun(row);
    },

    async finishedAmong(ids) {
      if (ids.length === 0) return [];
      const query = db.selectFrom('ci_runs').selectAll().where('id', 'in', ids);
      return (await ask(query.where('state', 'not in', ['queued', 'running']).execute())).map(toRun);
    },

    async list({ limit, before }) {
      let query = db.selectFrom('ci_runs').selectAll().orderBy('seq', 'desc').limit(limit);
      if (before !== undefined) {
        query = query.where('seq', '<', (older) => older.selectFrom('ci_runs').select('seq').where('id', '=', before));
      }
      return (await ask(query.execute())).map(toRun);
    },

    async markDispatched(id) {
      await ask(db.updateTable('ci_runs').set({ dispatched_at: new Date() }).where('id', '=', id).execute());
    },

    async undispatched(before) {
      const query = db
        .selectFrom('ci_runs')
        .selectAll()
        .where('state', '=', 'queued')
        .where('dispatched_at', 'is', null)
        .where('requested_at', '<', before);
      return (await ask(query.orderBy('seq').limit(RESEND_AT_ONCE).execute())).map(toRun);
    },

    async apply(update) {
      return changed(await ask(updateUnfinished(update.id).set(toColumns(update)).executeTakeFirst()));
    },

    async fail(id, reason, at) {
      const columns = { state: 'errored' as const, reason: reason.slice(0, MAX_REASON), finished_at: at };
      return changed(await ask(updateUnfinished(id).set(columns).executeTakeFirst()));
    },

    async newestWithReport(repository, branches) {
      if (branches.length === 0) return undefined;
      const query = db
        .selectFrom('ci_runs')
        .selectAll()
        .where('repository', '=', repository)
        .where('branch', 'in', branches)
        .where('has_report', '=', 1);
      const newest = query.orderBy((expression) => expression.fn('length', ['branch']), 'desc').orderBy('seq', 'desc');
      const row = await ask(newest.limit(1).executeTakeFirst());
      return row && toRun(row);
    },
  };
}

const changed = (result: UpdateResult): boolean => result.numUpdatedRows > 0n;

function toColumns(update: CiUpdate): Partial<Selectable<CiRunsTable>> {
  const started = { runner: update.runner.slice(0, MAX_RUNNER), started_at: new Date(update.startedAt) };
  if (update.state === 'running') return { state: 'running', ...started };
  return {
    ...started,
    state: update.state,
    finished_at: new Date(update.finishedAt),
    exit_code: update.exitCode,
    reason: update.reason.slice(0, MAX_REASON),
    duration_ms: update.durationMs,
    tests_passed: update.tests?.passed ?? null,
    tests_failed: update.tests?.failed ?? null,
    tests_skipped: update.tests?.skipped ?? null,
    coverage: update.coverage,
    has_report: update.hasReport ? 1 : 0,
  };
}

function toRun(row: Selectable<CiRunsTable>): CiRun {
  const { tests_passed: passed, tests_failed: failed, tests_skipped: skipped } = row;
  return {
    id: row.id,
    repository: row.repository,
    branch: row.branch,
    commit: row.commit_id,
    state: row.state,
    requestedAt: row.requested_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    runner: row.runner,
    exitCode: row.exit_code,
    reason: row.reason,
    durationMs: row.duration_ms,
    tests: passed === null || failed === null || skipped === null ? null : { passed, failed, skipped },
    coverage: row.coverage,
    hasReport: row.has_report === 1,
  };
}
