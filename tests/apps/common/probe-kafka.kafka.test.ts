/** Kafka is asked whether it takes messages: on a real broker that is there, and one that is killed. */
import { createKafka } from '@cloud-lab/common/kafka';
import { probeKafka } from '@cloud-lab/common/probe-kafka';
import { HEALTH_TOPIC } from '@cloud-lab/common/topics';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startKafka } from '../../helpers/real-kafka.ts';

it('a message in each partition tells that a broker takes any, and a broker that is away that it takes none', async () => {
  const kafka = await startKafka();
  const retry = { initialRetryTime: 50, maxRetryTime: 100, retries: 2 };
  const logger = pino({ level: 'silent' });
  const producer = createKafka({ brokers: [kafka.broker], clientId: 'probe', logger, retry }).producer();
  try {
    await producer.connect();
    await expect(probeKafka(producer, 'test', 2_000), 'without its topic').rejects.toThrow(/topic-partition/);
    await kafka.createTopics({ [HEALTH_TOPIC.topic]: HEALTH_TOPIC.partitions });
    await probeKafka(producer, 'test', 2_000);
    expect(await kafka.countMessages(HEALTH_TOPIC.topic)).toBe(HEALTH_TOPIC.partitions);
    await kafka.kill();
    await expect(probeKafka(producer, 'test', 2_000)).rejects.toThrow();
  } finally {
    await producer.disconnect().catch(() => undefined);
    await kafka.stop();
  }
}, 90_000);
