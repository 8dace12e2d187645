/**
 * Sets up Kafka on a host's start: accounts, rights, topics; then waits until the cluster is whole. Every broker's host does it,
 * so none of them has to be the first, and does nothing where all is as it should be.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '@cloud-lab/common/environment';
import { createLogger } from '@cloud-lab/common/log';
import { setAccounts } from './accounts.ts';
import { withAdmin } from './admin-session.ts';
import { grantRights } from './grant-rights.ts';
import { type HostSettings, readSettings } from './settings.ts';
import { ensureTopics } from './topics.ts';
import { describeLack, readClusterState } from './whole.ts';

const logger = createLogger('set-up-cluster');
const PAUSE_MS = 300;
const TELL_EVERY_MS = 10_000;
const ATTEMPT_LIMIT_MS = 20_000;

/** Tries a step until it works: after a start the brokers may be too few, or not know each other yet. */
async function untilDone<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  let told = Date.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() - told > TELL_EVERY_MS) {
        told = Date.now();
        logger.warn({ err: error }, `${what}: not yet, still trying`);
      }
      await delay(PAUSE_MS);
    }
  }
}

async function setUp(settings: HostSettings): Promise<void> {
  const session = { settings, clientId: 'set-up-cluster', logger, limitMs: ATTEMPT_LIMIT_MS };
  await untilDone('accounts', () => setAccounts(settings));
  const rights = await untilDone('rights', () => withAdmin(session, grantRights));
  const made = await untilDone('topics', () => withAdmin(session, (admin) => ensureTopics(admin, settings)));
  logger.info({ ...rights, made }, 'accounts, rights and topics are there');
  await untilDone('cluster', async () => {
    const lack = describeLack(await withAdmin(session, readClusterState), settings.BROKER_COUNT);
    if (lack !== undefined) throw new Error(lack);
  });
  await writeFile(settings.WHOLE_FILE, `${settings.BROKER_COUNT}\n`);
  logger.info('the cluster is whole');
}

try {
  await setUp(readSettings());
} catch (error) {
  logger.fatal(error instanceof EnvironmentError ? error.message : { err: error }, 'Kafka could not be set up');
  process.exitCode = 1;
}
process.exit();
