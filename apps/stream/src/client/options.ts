/** What every Kafka client of the command lines is made with. */
import type { BaseOptions } from '@platformatic/kafka';
import type { Cluster, RetryListener } from './client.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a broker may take for one request. */
const REQUEST_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** How long to wait before the try after `attempt` others: longer each time, up to two seconds. */
export const pauseBefore = (attempt: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);

/** Options of a client that tries once, or with a listener until its owner closes it. */
export function clientOptions(cluster: Cluster, onRetry?: RetryListener): BaseOptions {
  const { brokers, username, password, ca } = cluster;
  return {
    clientId: 'cloud-lab-stream',
    bootstrapBrokers: brokers,
    connectTimeout: CONNECT_TIMEOUT_MS,
    timeout: REQUEST_TIMEOUT_MS,
    autocreateTopics: false,
    ...(onRetry === undefined
      ? { retries: 0 }
      : {
          retries: Number.MAX_SAFE_INTEGER,
          retryDelay: (_client: unknown, _operation: string, attempt: number, _retries: number, error: Error) => {
            onRetry(attempt, error);
            return pauseBefore(attempt);
          },
        }),
    ...(username === undefined
      ? {}
      : {
          tls: ca === undefined ? {} : { ca: [ca] },
          sasl: { mechanism: 'SCRAM-SHA-512' as const, username, password: password ?? '' },
        }),
  };
}
