/** Asks Kafka whether it takes messages: the only question whose answer is what a producer wants to know. */
import type { Producer } from 'kafkajs';
import { HEALTH_TOPIC } from './topics.ts';

/** Of an acknowledgement by every copy in sync. */
const ACKNOWLEDGED_BY_ALL = -1;

/**
 * Sends a message to every partition of the topic for health checks.
 * @param producer connected, with an account that may write there
 * @param name of who asks, such as a host
 * @throws Error of the client, where a message is not acknowledged by all copies in sync within the limit
 */
export async function probeKafka(producer: Producer, name: string, limitMs: number): Promise<void> {
  const value = new Date().toISOString();
  const messages = Array.from({ length: HEALTH_TOPIC.partitions }, (_, partition) => ({ key: name, value, partition }));
  await producer.send({ topic: HEALTH_TOPIC.topic, acks: ACKNOWLEDGED_BY_ALL, timeout: limitMs, messages });
}
