/** What the consumer does, by its flags. */
import { ArgumentsError, type Flags, numberOf, textOf } from '../arguments.ts';
import type { IncomingMessage, StreamReader } from '../client/client.ts';
import { openReader } from '../client/kafka-reader.ts';
import type { Program } from '../command-line.ts';
import { withKafka } from '../kafka-session.ts';
import { parseLoadMessage } from '../load-message.ts';
import { Progress } from '../progress.ts';
import { DEFAULT_GROUP, DEFAULT_LIMIT_SECONDS, VERIFY_IDLE_SECONDS } from './command.ts';
import { follow } from './follow.ts';
import { formatJson, formatValue } from './format-message.ts';
import { describeReport, isWhole, Verification } from './verify-run.ts';

/** Written at once; a reader that is slow holds up no more than this. */
const WRITE_MESSAGES = 500;

/** Runs the program; gives its exit code. */
export async function consume(program: Program): Promise<number> {
  const { flags, stop } = program;
  if (flags.verify !== true && (flags.run !== undefined || flags.expect !== undefined)) {
    throw new ArgumentsError('consumer: --run and --expect are for --verify', 2);
  }
  const groupId = textOf(flags, 'group') ?? textOf(flags, 'groupid') ?? DEFAULT_GROUP;
  return withKafka(program, { name: 'consumer', action: 'read from', group: groupId }, async (session) => {
    const reader = await openReader(session.cluster, {
      topic: session.topic,
      groupId,
      startAt: flags.latest === true ? 'latest' : 'earliest',
      fromBeginning: flags.fromBeginning === true,
      limitMs: (numberOf(flags, 'timeout') ?? DEFAULT_LIMIT_SECONDS) * 1_000,
      onRetry: session.onRetry,
      signal: stop.signal,
    });
    try {
      if (flags.verify === true) return await verify(program, reader);
      await print(program, session.topic, reader);
      return stop.exitCode;
    } finally {
      await reader.close();
    }
  });
}

const milliseconds = (flags: Flags, otherwise: number): number => (numberOf(flags, 'idle') ?? otherwise) * 1_000;

function print({ flags, output, stop, say }: Program, topic: string, reader: StreamReader): Promise<void> {
  const format = (message: IncomingMessage): string =>
    flags.json === true ? formatJson(topic, message) : formatValue(message, output.isTerminal);
  return follow(reader, {
    count: numberOf(flags, 'count') ?? Number.POSITIVE_INFINITY,
    idleMs: milliseconds(flags, Number.POSITIVE_INFINITY),
    signal: stop.signal,
    onMessages: async (messages) => {
      for (let at = 0; at < messages.length && !stop.signal.aborted; at += WRITE_MESSAGES) {
        const some = messages.slice(at, at + WRITE_MESSAGES);
        if (!(await output.write(some.map((message) => `${format(message)}\n`).join('')))) return false;
        reader.done(some);
      }
      return !stop.signal.aborted;
    },
    onIdle: () => say('No message...'),
  });
}

async function verify({ flags, output, stop, say }: Program, reader: StreamReader): Promise<number> {
  const verification = new Verification(textOf(flags, 'run'), numberOf(flags, 'expect'));
  const begun = performance.now();
  let first: number | undefined;
  let last = begun;
  let read = 0;
  const rate = () => Math.round((read / Math.max(1, last - (first ?? begun))) * 1_000);
  const progress = new Progress(() => `${verification.messages} messages so far, ${rate()} a second`);
  const done = new AbortController();
  try {
    await follow(reader, {
      count: Number.POSITIVE_INFINITY,
      idleMs: flags.follow === true ? Number.POSITIVE_INFINITY : milliseconds(flags, VERIFY_IDLE_SECONDS),
      signal: AbortSignal.any([stop.signal, done.signal]),
      onMessages: async (messages) => {
        first ??= performance.now();
        for (const { value, partition } of messages) {
          const message = value === undefined || value === null ? undefined : parseLoadMessage(value);
          if (message !== undefined) verification.add(message, partition);
        }
        read += messages.length;
        last = performance.now();
        if (verification.isComplete) done.abort();
        return true;
      },
      onIdle: () => undefined,
    });
  } finally {
    progress.end();
  }
  say(`${read} messages read, ${rate()} a second`);
  const reports = verification.reports();
  const lines = reports.map((report) =>
    flags.json === true ? JSON.stringify({ ...report, messagesPerSecond: rate() }) : describeReport(report),
  );
  if (reports.length === 0 && flags.json !== true) lines.push('No numbered message of a load came.');
  await output.write(lines.map((line) => `${line}\n`).join(''));
  if (stop.signal.aborted) return stop.exitCode;
  return reports.length > 0 && reports.every(isWhole) ? 0 : 1;
}
