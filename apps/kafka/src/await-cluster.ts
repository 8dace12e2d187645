/** Waits until the cluster is whole, or for as many seconds as its argument says: `await-cluster 60`. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@cloud-lab/common/log';
import { withAdmin } from './admin-session.ts';
import { readSettings } from './settings.ts';
import { describeLack, readClusterState } from './whole.ts';

const PAUSE_MS = 300;
const logger = createLogger('await-cluster');
logger.level = 'silent';

const ATTEMPT_LIMIT_MS = 10_000;
const settings = readSettings();
const session = { settings, clientId: 'await-cluster', logger, limitMs: ATTEMPT_LIMIT_MS };
const end = Date.now() + Number(process.argv[2] ?? 0) * 1_000;

/** What the cluster lacks now, in words. */
async function readLack(): Promise<string | undefined> {
  try {
    return describeLack(await withAdmin(session, readClusterState), settings.BROKER_COUNT);
  } catch (error) {
    return `it does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

let lack = await readLack();
while (lack !== undefined && Date.now() < end) {
  await delay(PAUSE_MS);
  lack = await readLack();
}
if (lack !== undefined) {
  process.stderr.write(`Kafka's cluster is not whole: ${lack}.\n`);
  process.exitCode = 1;
}
process.exit();
