/** The database's probe on a real MariaDB: a server that answers queries but takes no changes is not well. */
import { sql } from 'kysely';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../../apps/web/src/database/connect.ts';
import { migrate } from '../../../apps/web/src/database/migrations.ts';
import { ProbeError } from '../../../apps/web/src/health/health.ts';
import { databaseProbe } from '../../../apps/web/src/health/probes.ts';

describe('the probe of the database', () => {
  const url = inject('databaseUrl');
  const root = openDatabase(url);
  // Root may write to a server that is read-only for all others: the web app's account may not.
  const asWeb = new URL(url);
  asWeb.username = 'web';
  const web = openDatabase(asWeb.href);
  const probe = databaseProbe(web);
  afterAll(async () => {
    await sql`set global read_only = 0`.execute(root);
    await Promise.all([root.destroy(), web.destroy()]);
  });

  it('is down before there are tables, in the words for a database that is away', async () => {
    await sql`create user if not exists web`.execute(root);
    await sql`grant all privileges on lab.* to web`.execute(root);
    await sql`drop table if exists ci_runs, kysely_migration, kysely_migration_lock`.execute(root);
    const failed = probe.check();
    await expect(failed).rejects.toThrow(/ci_runs/);
    await expect(failed).rejects.not.toBeInstanceOf(ProbeError);
  });

  it('is well where changes are taken, and changes nothing', async () => {
    await migrate(root);
    await sql`insert into ci_runs (id, repository, branch, commit_id, state, requested_at)
      values ('1', 'myapp', 'main', 'c', 'queued', now())`.execute(root);
    const before = await sql`select * from ci_runs`.execute(root);
    expect(await probe.check()).toBe('Answers queries and takes changes.');
    expect((await sql`select * from ci_runs`.execute(root)).rows).toEqual(before.rows);
  });

  it('is down where the server is read-only, and says so', async () => {
    await sql`set global read_only = 1`.execute(root);
    await expect(probe.check()).rejects.toThrow(ProbeError);
    await expect(probe.check()).rejects.toThrow(/takes no changes.*read-only/);
    await sql`set global read_only = 0`.execute(root);
    expect(await probe.check()).toBe('Answers queries and takes changes.');
  });
});
