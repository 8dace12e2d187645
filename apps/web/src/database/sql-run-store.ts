/** Runs of the CI in the table ci_runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CiProgress } from '@cloud-lab/common/ci-messages';
import {
  type Kysely,
  type RawBuilder,
  type Selectable,
  type SqlBool,
  sql,
  type Transaction,
  type UpdateResult,
} from 'kysely';
import { type CiRun, cutSteps, progressOf } from '../ci/run.ts';
import type { RunStore } from '../ci/run-store.ts';
import { ask } from './connect.ts';
import { activeKey, cutReason, cutUpdate, readSteps, toColumns, toNewRow, toRun } from './run-rows.ts';
import type { CiRunsTable, Tables } from './schema.ts';

const UNFINISHED = ['queued', 'running'] as const;
const AT_ONCE = 100;
const TRIES = 8;
const PAUSE_MS = 5;

/** Keeps runs in SQL. */
export function createSqlRunStore(db: Kysely<Tables>): RunStore {
  const rows = () => db.selectFrom('ci_runs').selectAll();

  // The condition makes a finished run final: of two reports at once, the database lets one win.
  const updateUnfinished = (id: string) =>
    db.updateTable('ci_runs').where('id', '=', id).where('state', 'in', UNFINISHED);

  return {
    async insert(run) {
      return untilSettled(async () => {
        const active = await ask(rows().where('active_key', '=', activeKey(run)).executeTakeFirst());
        if (active !== undefined) return toRun(active);
        await ask(db.insertInto('ci_runs').values(toNewRow(run)).execute());
        return toRun(await ask(rows().where('id', '=', run.id).executeTakeFirstOrThrow()));
      });
    },

    async findActive(work) {
      const row = await ask(rows().where('active_key', '=', activeKey(work)).executeTakeFirst());
      return row && toRun(row);
    },

    async countUnfinished(address) {
      const counted = db
        .selectFrom('ci_runs')
        .where('state', 'in', UNFINISHED)
        .select(({ fn }) => [
          fn.countAll<number>().as('inAll'),
          sql<number>`count(case when address = ${address} then 1 end)`.as('ofAddress'),
        ]);
      const { inAll, ofAddress } = await ask(counted.executeTakeFirstOrThrow());
      return { inAll: Number(inAll), ofAddress: Number(ofAddress) };
    },

    async get(id) {
      const row = await ask(rows().where('id', '=', id).executeTakeFirst());
      return row && toRun(row);
    },

    async finishedAmong(ids) {
      if (ids.length === 0) return [];
      return toRuns(rows().where('id', 'in', ids).where('state', 'not in', UNFINISHED));
    },

    async list({ limit, before, repository, branch }) {
      let query = rows().orderBy('seq', 'desc').limit(limit);
      if (repository !== undefined) query = query.where('repository', '=', repository);
      if (branch !== undefined) query = query.where('branch', '=', branch);
      if (before !== undefined) {
        query = query.where('seq', '<', (older) => older.selectFrom('ci_runs').select('seq').where('id', '=', before));
      }
      return toRuns(query);
    },

    async markDispatched(id) {
      await ask(db.updateTable('ci_runs').set({ dispatched_at: new Date() }).where('id', '=', id).execute());
    },

    async undispatched(before) {
      const query = rows().where('state', '=', 'queued').where('dispatched_at', 'is', null);
      return toRuns(query.where('requested_at', '<', before).orderBy('seq').limit(AT_ONCE));
    },

    async apply(said) {
      const update = cutUpdate(said);
      const { author, subject } = update;
      // Both belong to the commit: a runner that begins again does not know them yet, and they stay.
      const kept = {
        ...(author === null ? {} : { author }),
        ...(subject === null ? {} : { subject }),
      };
      const all = updateUnfinished(update.id).set({ ...toColumns(update), ...kept });
      const query = update.state === 'running' ? all.where(isNews(update)) : all;
      return changed(await untilSettled(() => ask(query.executeTakeFirst())));
    },

    async fail(id, reason, at, silentSince) {
      const end = {
        state: 'errored' as const,
        reason: cutReason(reason),
        finished_at: at,
        active_key: null,
        address: null,
      };
      const attempt = async (transaction: Transaction<Tables>): Promise<boolean> => {
        let query = transaction.selectFrom('ci_runs').select('steps').where('id', '=', id);
        query = query.where('state', 'in', UNFINISHED);
        if (silentSince !== undefined) query = query.where(heardAt, '<', silentSince);
        const row = await query.forUpdate().executeTakeFirst();
        if (row === undefined) return false;
        const steps = cutSteps(readSteps(row.steps), at);
        const set = { ...end, steps: JSON.stringify(steps), progress: progressOf(steps) };
        await transaction.updateTable('ci_runs').set(set).where('id', '=', id).execute();
        return true;
      };
      return untilSettled(() => ask(db.transaction().execute(attempt)));
    },

    async silent(since) {
      const query = rows().where('state', '=', 'running').where(heardAt, '<', since);
      return toRuns(query.orderBy('seq').limit(AT_ONCE));
    },

    async newestWithReport(repository, branches) {
      if (branches.length === 0) return undefined;
      const query = rows()
        .where('repository', '=', repository)
        .where('branch', 'in', branches)
        .where('has_report', '=', 1);
      const newest = query.orderBy((expression) => expression.fn('length', ['branch']), 'desc').orderBy('seq', 'desc');
      const row = await ask(newest.limit(1).executeTakeFirst());
      return row && toRun(row);
    },

    async expired(before, limit) {
      const query = db
        .selectFrom('ci_runs as run')
        .selectAll()
        .where('run.state', 'not in', UNFINISHED)
        .where('run.finished_at', '<', before)
        .where(({ exists, or, eb, selectFrom }) => {
          const newer = selectFrom('ci_runs as newer')
            .select('newer.seq')
            .whereRef('newer.repository', '=', 'run.repository')
            .whereRef('newer.branch', '=', 'run.branch')
            .whereRef('newer.seq', '>', 'run.seq')
            .where('newer.state', 'not in', UNFINISHED);
          const reported = or([eb('run.has_report', '=', 0), exists(newer.where('newer.has_report', '=', 1))]);
          return eb.and([exists(newer), reported]);
        });
      return toRuns(query.orderBy('run.seq').limit(limit));
    },

    async unmeasured(before, limit) {
      const query = rows().where('state', 'not in', UNFINISHED).where('finished_at', '<', before);
      return toRuns(query.where('stored_bytes', 'is', null).orderBy('seq').limit(limit));
    },

    async setStoredBytes(id, bytes) {
      await ask(db.updateTable('ci_runs').set({ stored_bytes: bytes }).where('id', '=', id).execute());
    },

    async usage() {
      const summed = db.selectFrom('ci_runs').groupBy('repository').orderBy('repository');
      const found = await ask(
        summed
          .select(({ fn }) => [
            'repository',
            fn.countAll<number>().as('runs'),
            sql<number | null>`sum(stored_bytes)`.as('storedBytes'),
          ])
          .execute(),
      );
      return found.map(({ repository, runs, storedBytes }) => ({
        repository,
        runs: Number(runs),
        storedBytes: Number(storedBytes ?? 0),
      }));
    },

    async makingRoom(repository, limit) {
      const query = db
        .selectFrom('ci_runs as run')
        .selectAll('run')
        .where('run.repository', '=', repository)
        .where('run.state', 'not in', UNFINISHED)
        .where('run.seq', '<', ({ selectFrom }) =>
          selectFrom('ci_runs as last')
            .select(({ fn }) => fn.max('last.seq').as('seq'))
            .where('last.repository', '=', repository)
            .where('last.state', 'not in', UNFINISHED),
        )
        .orderBy(
          ({ exists, selectFrom }) =>
            exists(
              selectFrom('ci_runs as newer')
                .select('newer.seq')
                .whereRef('newer.repository', '=', 'run.repository')
                .whereRef('newer.branch', '=', 'run.branch')
                .whereRef('newer.seq', '>', 'run.seq')
                .where('newer.state', 'not in', UNFINISHED),
            ),
          'desc',
        )
        .orderBy('run.seq');
      return toRuns(query.limit(limit));
    },

    async remove(id) {
      await ask(db.deleteFrom('ci_runs').where('id', '=', id).where('state', 'not in', UNFINISHED).execute());
    },
  };
}

/** When a run's runner was last heard of; runs from before this was noted tell when they began. */
const heardAt = sql<Date>`coalesce(heard_at, started_at)`;

async function toRuns(query: { execute(): Promise<Selectable<CiRunsTable>[]> }): Promise<CiRun[]> {
  return (await ask(query.execute())).map(toRun);
}

const changed = (result: UpdateResult): boolean => result.numUpdatedRows > 0n;

/** Whether a runner's progress is newer than what is known: another attempt, or no less far in the same one. */
function isNews(update: CiProgress): RawBuilder<SqlBool> {
  const startedAt = new Date(update.startedAt);
  return sql`(
    state = 'queued' or runner <> ${update.runner} or started_at < ${startedAt}
    or (started_at = ${startedAt} and progress <= ${progressOf(update.steps)})
  )`;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/**
 * Tries again what met its like on a unique key: another process was first, or InnoDB refused one of two statements
 * that waited for each other, as inserts do beside the end of a run.
 */
async function untilSettled<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!['ER_DUP_ENTRY', 'ER_LOCK_DEADLOCK'].includes(codeOf(error)) || tries === TRIES) throw error;
      await delay(Math.random() * tries * PAUSE_MS);
    }
  }
}
