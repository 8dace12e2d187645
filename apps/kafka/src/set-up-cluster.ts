/**
 * Sets up Kafka on a host's start: accounts, rights, topics; then waits until the cluster is whole. Every broker's host does it,
 * so none of them has to be the first, and does nothing where all is as it should be.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '@cloud-lab/common/environment';
import { createLogger } from '@cloud-lab/common/log';
import type { Admin } from 'kafkajs';
import { setAccounts } from './accounts.ts';
import { grantRights } from './grant-rights.ts';
import { connectAsBroker, type HostSettings, readSettings } from './settings.ts';
import { ensureTopics } from './topics.ts';
import { describeLack, readClusterState } from './whole.ts';

const logger = createLogger('set-up-cluster');
const PAUSE_MS = 300;
const TELL_EVERY_MS = 10_000;

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

async function setUp(admin: Admin, settings: HostSettings): Promise<void> {
  await untilDone('connecting', () => admin.connect());
  await untilDone('accounts', () => setAccounts(settings));
  const rights = await untilDone('rights', () => grantRights(admin));
  const made = await untilDone('topics', () => ensureTopics(admin, settings));
  logger.info({ ...rights, made }, 'accounts, rights and topics are there');
  await untilDone('cluster', async () => {
    const lack = describeLack(await readClusterState(admin), settings.BROKER_COUNT);
    if (lack !== undefined) throw new Error(lack);
  });
  await writeFile(settings.WHOLE_FILE, `${settings.BROKER_COUNT}\n`);
  logger.info('the cluster is whole');
}

async function main(): Promise<void> {
  const settings = readSettings();
  const admin = connectAsBroker(settings, 'set-up-cluster', logger).admin();
  try {
    await setUp(admin, settings);
  } finally {
    await admin.disconnect();
  }
}

main().catch((error: unknown) => {
  logger.fatal(error instanceof EnvironmentError ? error.message : { err: error }, 'Kafka could not be set up');
  process.exitCode = 1;
});
