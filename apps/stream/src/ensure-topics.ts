/** Makes the lab's topics where they are missing; waits for the broker, and runs on a Kafka host after its start. */
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, readEnvironment } from '@cloud-lab/common/environment';
import { createKafka } from '@cloud-lab/common/kafka';
import { createLogger } from '@cloud-lab/common/log';
import { LAB_TOPICS } from '@cloud-lab/common/topics';
import type { Admin } from 'kafkajs';
import Type from 'typebox';

const Environment = Type.Object({
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port, separated by commas' }),
  REPLICATION_FACTOR: Type.Integer({ minimum: 1, default: 1, description: 'copies of each message' }),
  BROKER_LIMIT_SECONDS: Type.Integer({ minimum: 1, default: 120, description: 'how long to wait for the brokers' }),
});

const logger = createLogger('ensure-topics');
const PAUSE_MS = 500;

/** Tries until the brokers have made the topics: right after their start they may be too few for the copies. */
async function ensureTopics(admin: Admin, replicationFactor: number, limit: number): Promise<string[]> {
  for (;;) {
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      const missing = LAB_TOPICS.filter(({ topic }) => !existing.has(topic));
      if (missing.length > 0) {
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map(({ topic, partitions }) => ({ topic, numPartitions: partitions, replicationFactor })),
        });
      }
      await growTopics(admin);
      return missing.map(({ topic }) => topic);
    } catch (error) {
      if (Date.now() > limit) throw error;
      logger.debug({ err: error }, 'The brokers are not ready yet');
      await delay(PAUSE_MS);
    }
  }
}

/** Gives a topic of an older lab the partitions that it lacks; it never has fewer than before. */
async function growTopics(admin: Admin): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: LAB_TOPICS.map(({ topic }) => topic) });
  const present = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  const smaller = LAB_TOPICS.filter(({ topic, partitions }) => (present.get(topic) ?? partitions) < partitions);
  if (smaller.length === 0) return;
  await admin.createPartitions({
    topicPartitions: smaller.map(({ topic, partitions }) => ({ topic, count: partitions })),
  });
  logger.info({ topics: smaller }, 'Topics have more partitions');
}

async function main(): Promise<void> {
  const settings = readEnvironment(Environment);
  const limit = Date.now() + settings.BROKER_LIMIT_SECONDS * 1_000;
  const kafka = createKafka({
    brokers: settings.KAFKA_BROKERS.split(','),
    clientId: 'ensure-topics',
    logger,
    retry: { initialRetryTime: 200, maxRetryTime: 1_000, retries: 3 },
  });
  const admin = kafka.admin();
  try {
    const made = await ensureTopics(admin, settings.REPLICATION_FACTOR, limit);
    logger.info({ made }, made.length === 0 ? 'All topics are there' : 'Topics made');
  } finally {
    await admin.disconnect();
  }
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  logger.fatal(error instanceof EnvironmentError ? message : `The topics could not be made: ${message}`);
  process.exitCode = 1;
});
