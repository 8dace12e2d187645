/** What the producer does, by its flags. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatMessage } from '@cloud-lab/common/chat';
import { ArgumentsError, type Flags, numberOf, textOf } from '../arguments.ts';
import type { OutgoingMessage, StreamProducer } from '../client/client.ts';
import { openProducer, partitionOf } from '../client/kafka-producer.ts';
import type { Program, Stop } from '../command-line.ts';
import { type KafkaSession, withKafka } from '../kafka-session.ts';
import { demoMessages, userName } from '../messages.ts';
import { Progress } from '../progress.ts';
import { DEFAULT_BATCH, DEFAULT_KEYS, DEFAULT_LIMIT_SECONDS, DEFAULT_SIZE } from './command.ts';
import { hasInput } from './input.ts';
import { describeSummary, LoadCounts } from './load-counts.ts';
import { type LoadPlan, planLanes } from './load-plan.ts';
import { sendLines } from './send-lines.ts';
import { sendLoad } from './send-load.ts';
import { splitLines } from './split-lines.ts';

const DEMO_PAUSE_MS = 1_000;
const LOAD_FLAGS = ['size', 'rate', 'keys', 'batch'];

/** Runs the program; gives its exit code. */
export async function produce(program: Program): Promise<number> {
  const { flags } = program;
  const user = textOf(flags, 'user') ?? userName(process.env);
  if (flags.count === undefined && LOAD_FLAGS.some((name) => flags[name] !== undefined)) {
    throw new ArgumentsError('producer: --size, --rate, --keys and --batch are for a load: give --count too', 2);
  }
  return withKafka(program, { name: 'producer', action: 'write to' }, async (session) => {
    if (typeof flags.count === 'number') return produceLoad(program, session, flags.count);
    const producer = open(session, flags);
    try {
      const key = textOf(flags, 'key');
      const toMessage = (value: string | Buffer): OutgoingMessage => (key === undefined ? { value } : { key, value });
      const speak = (text: string): string => (flags.raw === true ? text : formatMessage(user, text));

      if (typeof flags.message === 'string') {
        await producer.send([toMessage(speak(flags.message))]);
        return 0;
      }
      if (flags.stdin === true || (flags.demo !== true && hasInput())) {
        const prefix = Buffer.from(flags.raw === true ? '' : formatMessage(user, ''));
        const lines = toMessages(splitLines(standardInput(program.stop)), prefix, toMessage);
        const sent = await sendLines(lines, producer.send, program.stop.signal);
        if (program.stop.signal.aborted) return program.stop.exitCode;
        if (sent > 0 || flags.stdin === true) return 0;
      }
      return await demonstrate(demoMessages(user).map(toMessage), program, session.topic, producer);
    } finally {
      await producer.close();
    }
  });
}

const open = ({ cluster, topic, onRetry }: KafkaSession, flags: Flags, onCount?: () => void): StreamProducer =>
  openProducer(cluster, {
    topic,
    limitMs: (numberOf(flags, 'timeout') ?? DEFAULT_LIMIT_SECONDS) * 1_000,
    onRetry: (attempt, error) => {
      onCount?.();
      onRetry(attempt, error);
    },
  });

async function demonstrate(
  messages: OutgoingMessage[],
  { say, stop }: Program,
  topic: string,
  producer: StreamProducer,
): Promise<number> {
  for (const [index, message] of messages.entries()) {
    if (index > 0) await delay(DEMO_PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) return stop.exitCode;
    for (const { partition, offset } of await producer.send([message])) {
      say(`Sent "${message.value}" to ${topic}, partition ${partition}, offset ${offset}.`);
    }
  }
  return 0;
}

async function produceLoad({ flags, output, stop }: Program, session: KafkaSession, count: number): Promise<number> {
  const plan: LoadPlan = {
    run: textOf(flags, 'run') ?? randomBytes(4).toString('hex'),
    count,
    size: numberOf(flags, 'size') ?? DEFAULT_SIZE,
    keys: Math.min(numberOf(flags, 'keys') ?? DEFAULT_KEYS, count),
    batch: numberOf(flags, 'batch') ?? DEFAULT_BATCH,
    rate: numberOf(flags, 'rate') ?? Number.POSITIVE_INFINITY,
  };
  const counts = new LoadCounts(plan.run, count);
  const producer = open(session, flags, () => counts.retry());
  const progress = new Progress(() => counts.describe());
  try {
    const lanes = planLanes(plan, (key) => partitionOf(key, session.partitions));
    await sendLoad(lanes, plan, producer.send, counts, stop.signal);
  } finally {
    progress.end();
    const summary = counts.summarize();
    await output.write(`${flags.json === true ? JSON.stringify(summary) : describeSummary(summary)}\n`);
    await producer.close().catch(() => undefined);
  }
  return counts.acknowledged === count ? 0 : stop.exitCode;
}

/** Standard input until its end, or until the program is told to stop. */
async function* standardInput({ signal }: Stop): AsyncGenerator<Buffer> {
  signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  try {
    yield* process.stdin as AsyncIterable<Buffer>;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function* toMessages(
  batches: AsyncIterable<Buffer[]>,
  prefix: Buffer,
  toMessage: (value: Buffer) => OutgoingMessage,
): AsyncGenerator<OutgoingMessage[]> {
  for await (const lines of batches) {
    yield lines.map((line) => toMessage(prefix.length === 0 ? line : Buffer.concat([prefix, line])));
  }
}
