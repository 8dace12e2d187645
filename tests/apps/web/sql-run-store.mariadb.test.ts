/** The store of runs, and the steps that bring its tables up to date, on a real MariaDB. */
import { sql } from 'kysely';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { openDatabase } from '../../../apps/web/src/database/connect.ts';
import { migrate } from '../../../apps/web/src/database/migrations.ts';
import { createSqlAcceptedWebhooks } from '../../../apps/web/src/database/sql-accepted-webhooks.ts';
import { createSqlRunStore } from '../../../apps/web/src/database/sql-run-store.ts';
import { testAcceptedWebhooks } from './accepted-webhooks-suite.ts';
import { finished, newRun, steps } from './ci-fixtures.ts';
import { testRunStore } from './run-store-suite.ts';
import { testRunUpdates } from './run-updates-suite.ts';

describe('the store on a real MariaDB', () => {
  const url = inject('databaseUrl');
  const db = openDatabase(url);
  afterAll(() => db.destroy());

  const clear = () =>
    sql`drop table if exists ci_runs, ci_webhooks, kysely_migration, kysely_migration_lock`.execute(db);

  it('is migrated by two processes that start at once', async () => {
    await clear();
    const other = openDatabase(url);
    await expect(Promise.all([migrate(db), migrate(other), migrate(db)])).resolves.toHaveLength(3);
    await other.destroy();
  });

  it('keeps the runs of an older lab, though a step was cut short once', async () => {
    await clear();
    await migrate(db, '001-ci-runs');
    const [old, begun] = [newRun(), newRun()];
    await sql`insert into ci_runs (id, repository, branch, commit_id, state, requested_at, finished_at) values
      (${old.id}, 'myapp', 'main', ${old.commit}, 'errored', ${old.requestedAt}, ${old.requestedAt}),
      (${begun.id}, 'myapp', 'main', ${begun.commit}, 'queued', ${begun.requestedAt}, null)`.execute(db);
    await sql`alter table ci_runs add column author varchar(255), add column active_key char(64)`.execute(db);
    await sql`alter table ci_runs add unique index ci_runs_active_key (active_key)`.execute(db);
    await migrate(db);
    const runs = createSqlRunStore(db);
    expect(await runs.get(old.id)).toMatchObject({ state: 'errored', steps: [], author: null, hasTests: false });
    await runs.apply(finished(begun.id));
    expect(await runs.get(begun.id)).toMatchObject({ state: 'passed', steps: steps(7, true) });
    const { rows } = await sql`show index from ci_runs where key_name = 'ci_runs_active_key'`.execute(db);
    expect(rows).toMatchObject([{ Non_unique: 0 }]);
  });

  const openEmpty = async (): Promise<RunStore> => {
    await migrate(db);
    await sql`truncate table ci_runs`.execute(db);
    return createSqlRunStore(db);
  };
  testRunStore('the store in SQL', openEmpty);
  testRunUpdates('updates in SQL', openEmpty);
  testAcceptedWebhooks('accepted webhooks in SQL', async () => {
    await migrate(db);
    await sql`truncate table ci_webhooks`.execute(db);
    return createSqlAcceptedWebhooks(db);
  });

  it('makes the tables of an older lab complete, though the step was cut short once', async () => {
    await clear();
    await migrate(db, '002-steps-and-active-runs');
    await sql`alter table ci_runs add column address varchar(64)`.execute(db);
    await migrate(db);
    const accepted = createSqlAcceptedWebhooks(db);
    await accepted.remember('d'.repeat(64), newRun().id);
    expect(await accepted.findRun('d'.repeat(64))).toMatch(/^[\da-f-]{36}$/);
  });
});
