/** The topics of the chat on a real Kafka. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CHAT_PRESENCE_TOPIC, CHAT_TOPIC } from '@cloud-lab/common/topics';
import type { Consumer, IHeaders, Kafka, KafkaMessage, Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { within } from '../within.ts';
import type { ChatRecord } from './record.ts';
import type { ChatTopics, PartitionRange, TopicReader } from './topics.ts';

const TOPICS = [CHAT_TOPIC, CHAT_PRESENCE_TOPIC];
// After a crash the broker forgets the group by itself.
const SESSION_TIMEOUT_MS = 10_000;
const MAX_WAIT_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
const STOP_LIMIT_MS = 5_000;

// kafkajs restarts a crashed consumer in a timer of its own, where a second failure is an unhandled rejection:
// the loop below is the only one to start again.
const RETRY = { restartOnFailure: async () => false };

/**
 * Every process is a group of its own, so each reads all partitions. No offset is ever committed: a process that starts reads
 * the topics from their beginning, and one whose Kafka was away goes on where it was, as it knows that by itself.
 */
export function createKafkaTopics(kafka: Kafka, log: Logger): ChatTopics {
  const groupId = `chat-web-${hostname()}-${randomBytes(4).toString('hex')}`;
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<undefined>();
  let loop: Promise<void> = Promise.resolve();
  let connected: Promise<Producer> | undefined;

  const fetchRanges = async (): Promise<PartitionRange[]> => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const found = await Promise.all(
        TOPICS.map(async (topic) =>
          (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
            topic,
            partition,
            first: Number(low),
            end: Number(high),
          })),
        ),
      );
      return found.flat();
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };

  /** Reads until all is to stop. @throws what the consumer crashed of, or that it was away for a while */
  const read = async (consumer: Consumer, reader: TopicReader): Promise<void> => {
    const ended = Promise.withResolvers<Error>();
    let joins = 0;
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.resolve(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joins += 1;
      // The only member joins again when the broker has lost it: its topics may be other ones by now.
      if (joins > 1) ended.resolve(new Error('The broker had lost this reader.'));
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) =>
      reader.reached(topic, { partition, offset: Number(lastOffset) }),
    );
    const ranges = await fetchRanges();
    reader.begin(ranges);
    await consumer.connect();
    await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) =>
        reader.read(topic, { partition, offset: Number(message.offset) }, toRecord(message)),
    });
    for (const { topic, partition } of ranges) {
      consumer.seek({ topic, partition, offset: String(reader.next(topic, partition)) });
    }
    const problem = await Promise.race([ended.promise, stopped.promise]);
    if (problem !== undefined) throw problem;
  };

  const readForever = async (reader: TopicReader): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    const heard: TopicReader = {
      begin: (ranges) => reader.begin(ranges),
      next: (topic, partition) => reader.next(topic, partition),
      read: (topic, place, record) => reader.read(topic, place, record),
      reached(topic, place) {
        pauseMs = FIRST_PAUSE_MS;
        reader.reached(topic, place);
      },
    };
    while (!stopping.signal.aborted) {
      const consumer = kafka.consumer({
        groupId,
        sessionTimeout: SESSION_TIMEOUT_MS,
        maxWaitTimeInMs: MAX_WAIT_MS,
        retry: RETRY,
      });
      await read(consumer, heard).catch((err: unknown) => {
        log.warn({ err }, 'cannot read the topics of the chat right now; trying again');
      });
      await consumer.disconnect().catch(() => undefined);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  };

  const connect = async (): Promise<Producer> => {
    const producer = kafka.producer();
    await producer.connect();
    return producer;
  };

  const forgetGroup = async (): Promise<void> => {
    const admin = kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      await admin.deleteGroups([groupId]);
    } finally {
      await admin.disconnect();
    }
  };

  return {
    start(reader) {
      loop = readForever(reader);
    },
    async send(topic, messages) {
      connected ??= connect();
      const mine = connected;
      try {
        await (await mine).send({ topic, acks: -1, messages: [...messages] });
      } catch (error) {
        // The next one begins with a new producer, as this one may know brokers that are gone.
        if (connected === mine) connected = undefined;
        void mine.then((producer) => producer.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    async stop() {
      stopping.abort();
      stopped.resolve(undefined);
      const leave = async (): Promise<void> => {
        const producer = await connected?.catch(() => undefined);
        await Promise.all([loop, producer?.disconnect()]);
        await forgetGroup();
      };
      // Nobody needs it to succeed: the broker forgets a member that is silent, and an empty group.
      await within(STOP_LIMIT_MS, 'Kafka', leave()).catch(() => undefined);
    },
  };
}

const toRecord = ({ key, value, headers, timestamp }: KafkaMessage): ChatRecord => ({
  key: key?.toString('utf8'),
  value: value?.toString('utf8'),
  headers: toTexts(headers ?? {}),
  time: toTime(timestamp),
});

/** A client may give any number as the time of its message. */
function toTime(timestamp: string): Date {
  const time = new Date(Number(timestamp));
  return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? new Date() : time;
}

const toTexts = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );
