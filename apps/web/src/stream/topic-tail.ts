/** Reads the end of a topic for as long as it is wanted: the newest messages, however many come. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Bell } from '../ci/live/bell.ts';
import { MESSAGES_KEPT, type StreamTopic } from '../schemas/stream.ts';
import { VIEW_PREFIX } from './kafka-reader.ts';
import { PartitionRing } from './partition-ring.ts';
import { showMessage } from './show-message.ts';

/** What fills the rings of a topic. */
export interface TopicTail {
  readonly rings: readonly PartitionRing[];
  /** Why messages are missing, in words. */
  readonly problem: string | null;
  stop(): Promise<void>;
}

export interface TailOptions {
  kafka: Kafka;
  log: Pick<Logger, 'debug'>;
  /** Rings for each batch. */
  changed: Bell;
}

/** Empty rings for a topic that begin where its newest messages do. */
export const createRings = ({ partitions }: StreamTopic): PartitionRing[] =>
  partitions.map(
    ({ partition, oldest, next }) =>
      new PartitionRing(partition, MESSAGES_KEPT, Math.max(oldest, next - MESSAGES_KEPT)),
  );

/** What one look brings of a partition at most: enough for some dozens of messages, little of a flood. */
const FETCH_BYTES = 32 * 1024;
const FETCH_WAIT_MS = 250;
const AT_ONCE = 8;
/** Between two looks at a partition where much comes. */
const BUSY_PAUSE_MS = 200;
const RETRY_MS = 2_000;
// The loop below is the only one to start again.
const RETRY = { retries: 3, initialRetryTime: 200, maxRetryTime: 1_000, restartOnFailure: async () => false };

/** Reads as a consumer group of its own that commits nothing. */
export class KafkaTail implements TopicTail {
  readonly rings: readonly PartitionRing[];
  readonly #topic: string;
  readonly #options: TailOptions;
  readonly #stopping = new AbortController();
  readonly #reading: Promise<void>;
  problem: string | null = null;

  /** `topic` as it is now: what came before goes as far back as is kept. */
  constructor(topic: StreamTopic, options: TailOptions) {
    this.#topic = topic.topic;
    this.#options = options;
    this.rings = createRings(topic);
    this.#reading = this.#readOn();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reading;
  }

  async #readOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const consumer = this.#options.kafka.consumer({
        groupId: `${VIEW_PREFIX}${randomUUID()}`,
        maxBytesPerPartition: FETCH_BYTES,
        maxWaitTimeInMs: FETCH_WAIT_MS,
        retry: RETRY,
      });
      const problem = await this.#read(consumer).catch((error: unknown) => tellProblem(error));
      await consumer.disconnect().catch(() => undefined);
      if (signal.aborted) return;
      this.#options.log.debug({ topic: this.#topic, problem }, 'cannot read the end of a topic');
      this.problem = problem;
      this.#options.changed.ring();
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when it is stopped, or with what went wrong. */
  async #read(consumer: Consumer): Promise<string | null> {
    const ended = Promise.withResolvers<string | null>();
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.resolve(tellProblem(payload.error)));
    // It commits nothing, so each time it joins it has to say where it was.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const { partition, next } of this.rings) this.#seek(consumer, partition, next);
    });
    this.#stopping.signal.addEventListener('abort', () => ended.resolve(null), { once: true });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: false });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: AT_ONCE,
      eachBatch: (payload) => this.#take(consumer, payload),
    });
    return ended.promise;
  }

  async #take(consumer: Consumer, { batch, heartbeat, pause }: EachBatchPayload): Promise<void> {
    const ring = this.rings.find(({ partition }) => partition === batch.partition);
    if (ring === undefined) return;
    this.problem = null;
    const { messages } = batch;
    ring.add(messages.slice(-MESSAGES_KEPT).map((message) => showMessage(batch.partition, message)));
    this.#options.changed.ring();
    // Whoever is far behind looks at the end again: what lies between is counted, not read.
    const end = Number(batch.highWatermark);
    if (end - ring.next > MESSAGES_KEPT) this.#seek(consumer, batch.partition, end - MESSAGES_KEPT);
    await heartbeat();
    if (messages.length < MESSAGES_KEPT) return;
    // Paused rather than waited for: a broker gives only one of the partitions that it is asked for more than FETCH_BYTES,
    // so those with large batches have to have their turns.
    const resume = pause();
    setTimeout(resume, BUSY_PAUSE_MS).unref();
  }

  #seek(consumer: Consumer, partition: number, offset: number): void {
    consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
  }
}

function tellProblem(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  if (/compression|not implemented/i.test(words)) {
    return 'The messages of this topic are compressed in a way that this page cannot read.';
  }
  if (/authoriz/i.test(words)) return 'Kafka does not let this page read the messages of this topic.';
  return 'The messages of this topic cannot be read right now. This goes on by itself when Kafka is back.';
}
