/** The way to Kafka that producer and consumer share: which cluster, what is said while it is away, and errors in words. */
import { type Flags, findCluster, textOf } from './arguments.ts';
import type { Cluster, RetryListener } from './client/client.ts';
import { contactCluster } from './client/contact.ts';
import { type Attempt, describeFailure } from './client/describe-failure.ts';
import { isPassing, StreamError } from './client/errors.ts';
import type { Program } from './command-line.ts';

export interface KafkaSession {
  cluster: Cluster;
  topic: string;
  /** Of the topic. */
  partitions: number;
  onRetry: RetryListener;
}

/** Between two lines that say that nothing answers, in milliseconds. */
const NOTICE_MS = 1_500;

/**
 * Makes contact, and runs what is to be done.
 * @throws StreamError with one line for the person who typed the command.
 */
export async function withKafka(
  { flags, stop, say }: Program,
  attempt: Pick<Attempt, 'action' | 'group'> & { name: string },
  work: (session: KafkaSession) => Promise<number>,
): Promise<number> {
  const cluster = findCluster(attempt.name, flags, process.env);
  const topic = topicOf(flags);
  const onRetry = noticeRetries(cluster, say);
  try {
    const partitions = await contactCluster(cluster, { topic, onRetry, signal: stop.signal });
    return await work({ cluster, topic, partitions, onRetry });
  } catch (error) {
    if (stop.signal.aborted && (error as Error).name === 'AbortError') return stop.exitCode;
    throw new StreamError(describeFailure(error, { ...attempt, cluster, topic }), { cause: error });
  }
}

const topicOf = (flags: Flags): string => textOf(flags, 'topic') ?? '';

/** Says that nothing answers, now and then while it lasts. */
function noticeRetries(cluster: Cluster, say: (text: string) => void): RetryListener {
  let last = 0;
  return (attempt, error) => {
    if (attempt === 1 || !isPassing(error) || Date.now() - last < NOTICE_MS) return;
    last = Date.now();
    say(`Nothing answers at ${cluster.brokers.join(',')} yet, trying again (${attempt})...`);
  };
}
