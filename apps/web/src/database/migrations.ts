/** The steps that bring a database to the tables of schema.ts; a published step is never changed, only followed. */
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

const createCiRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('ci_runs')
      // MariaDB commits each statement of a schema by itself: a step cut short must be able to run again.
      .ifNotExists()
      .addColumn('seq', 'bigint', (column) => column.unsigned().autoIncrement().primaryKey())
      .addColumn('id', 'char(36)', (column) => column.notNull().unique())
      .addColumn('repository', 'varchar(100)', (column) => column.notNull())
      .addColumn('branch', 'varchar(255)', (column) => column.notNull())
      .addColumn('commit_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('state', 'varchar(10)', (column) => column.notNull())
      .addColumn('requested_at', 'datetime(3)', (column) => column.notNull())
      .addColumn('dispatched_at', 'datetime(3)')
      .addColumn('started_at', 'datetime(3)')
      .addColumn('finished_at', 'datetime(3)')
      .addColumn('runner', 'varchar(255)')
      .addColumn('exit_code', 'integer')
      .addColumn('reason', 'text')
      .addColumn('duration_ms', 'bigint')
      .addColumn('tests_passed', 'integer')
      .addColumn('tests_failed', 'integer')
      .addColumn('tests_skipped', 'integer')
      .addColumn('coverage', 'double precision')
      .addColumn('has_report', 'boolean', (column) => column.notNull().defaultTo(false))
      .addIndex('ci_runs_newest_report', ['repository', 'branch', 'has_report', 'seq'])
      .addIndex('ci_runs_state', ['state', 'dispatched_at'])
      // Binary: Main and main are two branches to Git.
      .modifyEnd(sql`engine=InnoDB character set utf8mb4 collate utf8mb4_bin`)
      .execute();
  },
};

const MIGRATIONS: Record<string, Migration> = {
  '001-ci-runs': createCiRuns,
};

/** Runs the steps that are missing; processes that start together take turns by the migrator's own lock. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
