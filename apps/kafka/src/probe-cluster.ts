/** Ends with status 0 when Kafka has taken a message in every partition of the topic for health checks, with all copies in sync. */
import { createLogger } from '@cloud-lab/common/log';
import { probeKafka } from '@cloud-lab/common/probe-kafka';
import { connectAsBroker, readSettings } from './settings.ts';

/** Less than host-status gives a command. */
const LIMIT_MS = 10_000;
const logger = createLogger('probe-cluster');
logger.level = 'silent';

const settings = readSettings();
const producer = connectAsBroker(settings, 'probe-cluster', logger).producer();
const { promise: timedOut, reject } = Promise.withResolvers<never>();
setTimeout(() => reject(new Error(`no acknowledgement within ${LIMIT_MS / 1_000} s`)), LIMIT_MS);
try {
  const sent = producer.connect().then(() => probeKafka(producer, settings.KAFKA_HOST, LIMIT_MS));
  await Promise.race([sent, timedOut]);
} catch (error) {
  process.stderr.write(`takes no message: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
