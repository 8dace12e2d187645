/** The connection to the lab's database: made when first needed, brought to the right tables at start. */
import type { FastifyBaseLogger } from 'fastify';
import { Kysely, MysqlDialect } from 'kysely';
import { createPool } from 'mysql2';
import { UnavailableError } from '../errors.ts';
import { within } from '../within.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';

const CONNECTIONS = 10;
const CONNECT_LIMIT_MS = 5_000;
const QUERY_LIMIT_MS = 10_000;
const RETRY_MS = 2_000;

/** How long a database may take to come up with its host, before the process gives up and is started anew. */
export const DATABASE_PATIENCE_MS = 10 * 60_000;

/** Opens a pool; nothing connects before the first query. */
export function openDatabase(url: string): Kysely<Tables> {
  const pool = createPool({
    uri: url,
    connectionLimit: CONNECTIONS,
    connectTimeout: CONNECT_LIMIT_MS,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
  });
  return new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
}

/** Errors of the server that mean "not now", among the many that mean a mistake of ours. */
const SERVER_AWAY = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_NO_SUCH_TABLE',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
]);

/** Whether waiting may help: the server is away or not ready, as against a statement that it refuses. */
export function isAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !code.startsWith('ER_') || SERVER_AWAY.has(code);
}

/** Runs a query under a time limit; a database that is away is told in words. */
export async function ask<T>(query: Promise<T>): Promise<T> {
  try {
    return await within(QUERY_LIMIT_MS, 'The database', query);
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new UnavailableError("The lab's database does not answer right now. Try again soon.", error);
  }
}

/** Asks the database to change no row: it refuses where it is away, has no tables yet, or only reads. */
export async function tryChange(db: Kysely<Tables>): Promise<void> {
  await db.updateTable('ci_runs').set({ progress: 0 }).where('id', '=', '').execute();
}

/** Migrates as soon as the database answers; rejects when it has not within `patienceMs`, or refuses a step. */
export async function prepareDatabase(
  db: Kysely<Tables>,
  log: FastifyBaseLogger,
  signal: AbortSignal,
  patienceMs: number = DATABASE_PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!signal.aborted) {
    try {
      await migrate(db);
      log.info('the database is ready');
      return;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() >= end) {
        throw new Error(`The database gave no answer within ${patienceMs / 60_000} minutes`, { cause: error });
      }
      log.warn({ err: error }, 'the database does not answer yet; trying again');
    }
    await pause(RETRY_MS, signal);
  }
}

/** Resolves after `ms`, or at once when `signal` says so. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
  });
