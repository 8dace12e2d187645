/** Reads a topic until enough has come, nothing comes any more, or it is told to stop. */
import type { Kafka } from 'kafkajs';
import { TERMINAL_RETRY } from './connection.ts';

const IDLE_NOTICE_MS = 1_000;

export interface ConsumeOptions {
  topic: string;
  groupId: string;
  /** Messages to read, Infinity for all that ever come. */
  count: number;
  /** Seconds without a message after which to end, Infinity for never. */
  idleSeconds: number;
  signal: AbortSignal;
  onMessage: (value: string) => void;
  /** Called for each second without a message. */
  onIdle: () => void;
}

/**
 * Resolves at the end; every message that was handed on is committed then, and the group is left.
 * @throws What kafkajs throws when it gives up.
 */
export async function consume(kafka: Kafka, options: ConsumeOptions): Promise<void> {
  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 500,
    retry: { ...TERMINAL_RETRY, restartOnFailure: async () => false },
  });
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  let read = 0;
  let lastMessage = Date.now();
  let joined = false;

  const tick = setInterval(() => {
    if (!joined || Date.now() - lastMessage < IDLE_NOTICE_MS) return;
    if (Date.now() - lastMessage >= options.idleSeconds * 1_000) end();
    else options.onIdle();
  }, IDLE_NOTICE_MS);
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined = true;
    lastMessage = Date.now();
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    options.signal.addEventListener('abort', end, { once: true });
    if (options.signal.aborted) end();
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets, heartbeat }) => {
        for (const message of batch.messages) {
          if (read >= options.count || options.signal.aborted) break;
          read += 1;
          lastMessage = Date.now();
          options.onMessage(message.value?.toString('utf8') ?? '');
          resolveOffset(message.offset);
          await heartbeat();
        }
        await commitOffsetsIfNecessary(uncommittedOffsets());
        if (read >= options.count) end();
      },
    });
    await ended.promise;
  } finally {
    clearInterval(tick);
    await consumer.disconnect().catch(() => undefined);
  }
}
