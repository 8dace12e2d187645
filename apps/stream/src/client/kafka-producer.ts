/** Sends with @platformatic/kafka. */
import { Admin, ConfigResourceTypes, compatibilityPartitioner, Producer, type Serializer } from '@platformatic/kafka';
import type { Acknowledgement, Cluster, OutgoingMessage, RetryListener, StreamProducer } from './client.ts';
import { DeliveryError, isRefusal, StreamError } from './errors.ts';
import { clientOptions } from './options.ts';

export interface ProducerOptions {
  topic: string;
  /** How long a message may stay without an acknowledgement, in milliseconds. */
  limitMs: number;
  onRetry: RetryListener;
}

const toBytes: Serializer<string | Buffer> = (data) => (typeof data === 'string' ? Buffer.from(data) : data);

/** The partition of a key among so many: the same one that Kafka's own clients choose. */
export const partitionOf = (key: string, partitions: number): number =>
  compatibilityPartitioner(undefined as never, Buffer.from(key)) % partitions;

/** An idempotent producer that waits for all in-sync replicas; it connects when it first sends. */
export function openProducer(cluster: Cluster, { topic, limitMs, onRetry }: ProducerOptions): StreamProducer {
  const producer = new Producer({
    ...clientOptions(cluster, onRetry),
    acks: -1,
    idempotent: true,
    partitioner: compatiblePartitioner(),
    serializers: { key: toBytes, value: toBytes },
  });

  const sendOnce = async (messages: OutgoingMessage[]): Promise<Acknowledgement[]> => {
    const { offsets = [] } = await producer.send({ messages: messages.map((message) => ({ ...message, topic })) });
    return offsets.map(({ partition, offset }) => ({ partition, offset }));
  };
  /** A broker's limit is one of a batch: what is too large together may still pass one after the other. */
  const sendInParts = async (messages: OutgoingMessage[]): Promise<Acknowledgement[]> => {
    try {
      return await sendOnce(messages);
    } catch (error) {
      if (!isRefusal(error, 'MESSAGE_TOO_LARGE')) throw error;
      const [message] = messages;
      if (messages.length === 1 && message !== undefined) throw await explainSize(error, cluster, topic, message);
      const half = messages.length >> 1;
      const first = await sendInParts(messages.slice(0, half));
      await sendInParts(messages.slice(half));
      return first;
    }
  };
  return {
    send: (messages) => withinLimit(sendInParts(messages), limitMs),
    close: () => producer.close(),
  };
}

/** Says how large the message is, and what the topic takes, where we may know. */
async function explainSize(cause: unknown, cluster: Cluster, topic: string, message: OutgoingMessage) {
  const admin = new Admin(clientOptions(cluster));
  try {
    const resource = {
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: topic,
      configurationKeys: ['max.message.bytes'],
    };
    const described = await admin.describeConfigs({ resources: [resource] }).catch(() => []);
    const limit = described[0]?.configs[0]?.value;
    return new StreamError(
      `The message has ${Buffer.byteLength(message.value)} bytes, more than the topic ${topic} takes` +
        (limit === undefined || limit === null ? '.' : `: its limit is ${limit} bytes.`),
      { cause },
    );
  } finally {
    await admin.close().catch(() => undefined);
  }
}

/** Kafka's own way for keys; without a key each partition in turn. */
function compatiblePartitioner() {
  let turn = 0;
  return (message: { key?: string | Buffer }, key: Buffer | undefined): number =>
    key === undefined ? turn++ : compatibilityPartitioner(message as never, key);
}

async function withinLimit<T>(sending: Promise<T>, limitMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new DeliveryError(`Messages were not acknowledged within ${limitMs / 1_000} seconds.`));
  }, limitMs);
  try {
    return await Promise.race([sending, promise]);
  } finally {
    clearTimeout(timer);
    // Whoever closes the producer after the limit ends this one.
    sending.catch(() => undefined);
  }
}
