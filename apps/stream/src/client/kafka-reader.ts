/** Reads as a member of a group with @platformatic/kafka. */
import { once } from 'node:events';
import { Admin, Consumer, type Message, type MessagesStream } from '@platformatic/kafka';
import { boundBatches } from './bounded-batches.ts';
import type { Cluster, IncomingMessage, RetryListener, StreamReader } from './client.ts';
import { isRefusal, StreamError } from './errors.ts';
import { clientOptions } from './options.ts';
import { Positions } from './positions.ts';

export interface ReaderOptions {
  topic: string;
  groupId: string;
  /** Where a group begins that has read nothing yet. */
  startAt: 'earliest' | 'latest';
  /** A group that has read before begins anew. */
  fromBeginning: boolean;
  /** How long the brokers may be away, in milliseconds. */
  limitMs: number;
  onRetry: RetryListener;
  /** Gives up the joining when it aborts. */
  signal: AbortSignal;
}

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const REBALANCE_MS = 30_000;
/** How long the broker may wait for the first message of an answer. */
const FETCH_WAIT_MS = 500;
const FETCH_BYTES = 4 * 1_048_576;
/** What waits is looked at again and again by the garbage collector: four times as much halves the rate. */
const PARTITION_BYTES = 524_288;
/** So many messages wait here for whoever reads; beyond, the broker is not asked for more. */
const WAITING_MESSAGES = 4_000;
const READ_MESSAGES = 4_000;
const CLOSE_LIMIT_MS = 3_000;

/** Joins the group; resolves when the member has its partitions. */
export async function openReader(cluster: Cluster, options: ReaderOptions): Promise<StreamReader> {
  boundBatches();
  const { topic, groupId, limitMs } = options;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  let troubleSince: number | undefined;
  const onRetry: RetryListener = (attempt, error) => {
    troubleSince ??= Date.now();
    if (Date.now() - troubleSince > limitMs) failed.reject(error);
    else options.onRetry(attempt, error);
  };
  const consumer = new Consumer({
    ...clientOptions(cluster, onRetry),
    groupId,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
  });
  consumer.on('error', failed.reject);
  options.signal.addEventListener('abort', () => aborted.reject(options.signal.reason), { once: true });
  const onAnswer = () => {
    troubleSince = undefined;
  };
  consumer.on('consumer:heartbeat:end', onAnswer);
  try {
    if (options.fromBeginning) await startOver(cluster, consumer, topic, groupId);
    const joining = consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: options.startAt,
      autocommit: false,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: PARTITION_BYTES,
      maxWaitTime: FETCH_WAIT_MS,
      highWaterMark: WAITING_MESSAGES,
    });
    const stream = await Promise.race([joining, failed.promise, aborted.promise]);
    stream.once('error', failed.reject);
    return new GroupReader(consumer, stream, topic, failed.promise, onAnswer);
  } catch (error) {
    await closeConsumer(consumer);
    throw error;
  }
}

class GroupReader implements StreamReader {
  readonly #consumer: Consumer;
  readonly #stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
  readonly #topic: string;
  readonly #failed: Promise<never>;
  readonly #onAnswer: () => void;
  readonly #positions = new Positions();
  #committing: Promise<void> = Promise.resolve();

  constructor(
    consumer: Consumer,
    stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
    topic: string,
    failed: Promise<never>,
    onAnswer: () => void,
  ) {
    this.#consumer = consumer;
    this.#stream = stream;
    this.#topic = topic;
    this.#failed = failed;
    this.#onAnswer = onAnswer;
    consumer.on('consumer:group:rebalance', () => void this.commit().catch(() => undefined));
    consumer.on('consumer:group:join', () => this.#positions.keepOnly(this.#assigned()));
    stream.on('offsets', () => this.#start());
    // With a listener, the stream fetches ahead of read().
    stream.on('readable', () => undefined);
  }

  async read(waitMs: number): Promise<IncomingMessage[]> {
    const waiting = AbortSignal.timeout(waitMs);
    while (!waiting.aborted) {
      const messages = this.#take();
      if (messages.length > 0) {
        this.#onAnswer();
        return messages;
      }
      const readable = once(this.#stream, 'readable', { signal: waiting }).catch((error: Error) => {
        if (error.name !== 'AbortError') throw error;
      });
      await Promise.race([readable, this.#failed]);
    }
    return this.#take();
  }

  done(messages: readonly IncomingMessage[]): void {
    this.#positions.done(messages);
  }

  commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commitNow());
    const committing = this.#committing;
    this.#committing = committing.catch(() => undefined);
    return Promise.race([committing, this.#failed]);
  }

  async close(): Promise<void> {
    await withinLimit(this.commit());
    await closeConsumer(this.#consumer);
  }

  #take(): IncomingMessage[] {
    const messages: IncomingMessage[] = [];
    while (messages.length < READ_MESSAGES) {
      const message: Message<Buffer, Buffer, Buffer, Buffer> | null = this.#stream.read();
      if (message === null) break;
      if (this.#positions.hand(message)) messages.push(toIncoming(message));
    }
    return messages;
  }

  /** What begins here is noted with the group, so that a group that began at the end does not skip what came since. */
  #start(): void {
    for (const partition of this.#assigned()) {
      const offset = this.#stream.offsetsToFetch.get(`${this.#topic}:${partition}`);
      if (offset !== undefined) this.#positions.start(partition, offset);
    }
  }

  #assigned(): number[] {
    return this.#consumer.assignments?.find(({ topic }) => topic === this.#topic)?.partitions ?? [];
  }

  async #commitNow(): Promise<void> {
    const changed = this.#positions.takeChanged();
    if (changed.length === 0) return;
    const offsets = changed.map(([partition, offset]) => ({ topic: this.#topic, partition, offset, leaderEpoch: -1 }));
    try {
      await this.#consumer.commit({ offsets });
    } catch (error) {
      this.#positions.putBack(changed);
      throw error;
    }
  }
}

const toIncoming = ({ partition, offset, key, value, headerEntries, timestamp }: Message): IncomingMessage => ({
  partition,
  offset,
  key,
  value,
  headers: headerEntries,
  timestamp,
});

/** Puts a group back to the oldest messages; only one without members may be moved. */
async function startOver(cluster: Cluster, consumer: Consumer, topic: string, groupId: string): Promise<void> {
  const oldest = (await consumer.listOffsets({ topics: [topic], timestamp: -2n })).get(topic) ?? [];
  const partitionOffsets = oldest.map((offset, partition) => ({ partition, offset }));
  const admin = new Admin(clientOptions(cluster));
  try {
    await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
  } catch (error) {
    if (!['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'NON_EMPTY_GROUP'].some((name) => isRefusal(error, name))) {
      throw error;
    }
    throw new StreamError(
      `The group ${groupId} has other readers, so it cannot start over: end them, or use another group.`,
      { cause: error },
    );
  } finally {
    await admin.close().catch(() => undefined);
  }
}

/** Leaves the group; a broker that is away is not waited for. */
const closeConsumer = (consumer: Consumer): Promise<void> => withinLimit(consumer.close(true));

async function withinLimit(work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_LIMIT_MS);
  await Promise.race([work.catch(() => undefined), promise]);
  clearTimeout(timer);
}
