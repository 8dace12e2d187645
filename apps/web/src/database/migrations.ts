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

const describeRunsFurther: Migration = {
  async up(db: Kysely<unknown>) {
    // One statement, which MariaDB does as a whole or not at all; Kysely has no words for "if not exists" of columns.
    await sql`
      alter table ci_runs
        modify column repository varchar(255) not null,
        add column if not exists author varchar(255),
        add column if not exists subject varchar(500),
        add column if not exists steps text,
        add column if not exists progress integer not null default 0,
        add column if not exists heard_at datetime(3),
        add column if not exists changed_covered integer,
        add column if not exists changed_total integer,
        add column if not exists has_tests boolean not null default false,
        add column if not exists has_coverage boolean not null default false,
        add column if not exists active_key char(64),
        add unique index if not exists ci_runs_active_key (active_key),
        add index if not exists ci_runs_branch (repository, branch, seq),
        add index if not exists ci_runs_finished (finished_at)
    `.execute(db);
  },
};

const rememberWebhooks: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table ci_runs add column if not exists address varchar(64)`.execute(db);
    await db.schema
      .createTable('ci_webhooks')
      .ifNotExists()
      .addColumn('digest', 'char(64)', (column) => column.primaryKey())
      .addColumn('run_id', 'char(36)', (column) => column.notNull())
      .addColumn('accepted_at', 'datetime(3)', (column) => column.notNull())
      .modifyEnd(sql`engine=InnoDB character set utf8mb4 collate utf8mb4_bin`)
      .execute();
  },
};

const measureRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table ci_runs add column if not exists stored_bytes bigint`.execute(db);
  },
};

const MIGRATIONS: Record<string, Migration> = {
  '001-ci-runs': createCiRuns,
  '002-steps-and-active-runs': describeRunsFurther,
  '003-addresses-and-webhooks': rememberWebhooks,
  '004-stored-bytes': measureRuns,
};

/**
 * Runs the steps that are missing, up to `last`; processes that start together take turns by the migrator's own lock.
 */
export async function migrate<T>(db: Kysely<T>, last?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = last === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(last);
  if (error !== undefined) throw error;
}
