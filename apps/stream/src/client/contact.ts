/** The first contact with a cluster: whether it answers, lets us in, has the topic, and can be reached where it says it is. */
import { setTimeout as delay } from 'node:timers/promises';
import { Admin, type ClusterMetadata } from '@platformatic/kafka';
import type { Cluster, RetryListener } from './client.ts';
import { AdvertisedAddressError, hasCode, isPassing, isRefusal, StreamError } from './errors.ts';
import { clientOptions, pauseBefore } from './options.ts';

export interface ContactOptions {
  topic: string;
  /** How long nobody may answer, in milliseconds (10 000). */
  patienceMs?: number;
  onRetry?: RetryListener;
  signal?: AbortSignal;
}

const PATIENCE_MS = 10_000;

/**
 * Resolves with the number of the topic's partitions.
 * @throws StreamError for what has words of its own; what the client says otherwise. AbortError when `signal` aborts.
 */
export async function contactCluster(cluster: Cluster, options: ContactOptions): Promise<number> {
  const limit = Date.now() + (options.patienceMs ?? PATIENCE_MS);
  for (let attempt = 1; ; attempt++) {
    const admin = new Admin(clientOptions(cluster));
    try {
      options.signal?.throwIfAborted();
      return await look(admin, cluster, options.topic);
    } catch (error) {
      if (!isPassing(error) || Date.now() >= limit) throw error;
      options.onRetry?.(attempt, error as Error);
    } finally {
      await admin.close().catch(() => undefined);
    }
    await delay(pauseBefore(attempt + 2), undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

async function look(admin: Admin, cluster: Cluster, topic: string): Promise<number> {
  const metadata = await findTopic(admin, topic);
  const partitions = metadata.topics.get(topic)?.partitions ?? [];
  const leaders = [...new Set(partitions.map(({ leader }) => leader))].filter((leader) => leader >= 0);
  for (const leader of leaders) {
    await admin.connectToBrokers([leader]).catch((cause: unknown) => {
      throw explainAddress(cause, metadata, leader, cluster);
    });
  }
  return partitions.length;
}

async function findTopic(admin: Admin, topic: string): Promise<ClusterMetadata> {
  try {
    return await admin.metadata({ topics: [topic] });
  } catch (error) {
    if (!/^Unknown topic/.test((error as Error).message) && !isRefusal(error, 'INVALID_TOPIC_EXCEPTION')) throw error;
    const topics = await admin.listTopics().catch(() => []);
    const known = topics.length === 0 ? 'There is none that you may see.' : `There are ${topics.sort().join(', ')}.`;
    throw new StreamError(`The topic ${topic} does not exist. ${known}`, { cause: error });
  }
}

/** The broker that we asked answered, and named an address that does not: the classic trap of the advertised listener. */
function explainAddress(cause: unknown, metadata: ClusterMetadata, leader: number, cluster: Cluster): unknown {
  const broker = metadata.brokers.get(leader);
  if (broker === undefined || cluster.brokers.includes(`${broker.host}:${broker.port}`)) return cause;
  if (!hasCode(cause, /^E(CONN|HOST|NET|TIMEDOUT|NOTFOUND|AI_)|TIMEOUT/)) return cause;
  return new AdvertisedAddressError(
    `The broker ${cluster.brokers.join(',')} answers, but says that its address is ${broker.host}:${broker.port}, ` +
      'and nothing answers there from here: its advertised.listeners must name an address that you can reach.',
    { cause },
  );
}
