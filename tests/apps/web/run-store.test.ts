/** Both stores of runs keep the same promises; the SQL one where LAB_TEST_DATABASE_URL names an empty database. */
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../apps/web/src/database/connect.ts';
import { migrate } from '../../../apps/web/src/database/migrations.ts';
import { createSqlRunStore } from '../../../apps/web/src/database/sql-run-store.ts';
import { createMemoryRunStore } from './memory-run-store.ts';
import { testRunStore } from './run-store-suite.ts';

testRunStore('the store in memory', async () => createMemoryRunStore());

const url = process.env.LAB_TEST_DATABASE_URL;

// Needs a MariaDB: the end-to-end tests have one, a developer's machine may not.
describe.skipIf(url === undefined)('with a database', () => {
  const db = openDatabase(url ?? 'mysql://nobody@127.0.0.1:1/none');
  afterAll(() => db.destroy());

  it('is migrated by two processes that start at once', async () => {
    await sql`drop table if exists ci_runs, kysely_migration, kysely_migration_lock`.execute(db);
    const other = openDatabase(url ?? '');
    await expect(Promise.all([migrate(db), migrate(other), migrate(db)])).resolves.toHaveLength(3);
    await other.destroy();
  });

  testRunStore('the store in SQL', async () => {
    await migrate(db);
    await sql`truncate table ci_runs`.execute(db);
    return createSqlRunStore(db);
  });
});
