/** Sends a load: one request at a time for each partition, so that none overtakes another, and all partitions at once. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamProducer } from '../client/client.ts';
import type { LoadCounts } from './load-counts.ts';
import type { Lane, LoadPlan } from './load-plan.ts';

/**
 * Resolves when every message was acknowledged, or when `signal` aborts and what was under way is acknowledged.
 * @throws What the producer throws; all lanes have come to rest then.
 */
export async function sendLoad(
  lanes: readonly Lane[],
  { rate, size }: Pick<LoadPlan, 'rate' | 'size'>,
  send: StreamProducer['send'],
  counts: LoadCounts,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  /** The number of the last message that may be on its way by now. */
  const due = () =>
    rate === Number.POSITIVE_INFINITY ? rate : Math.floor(((performance.now() - begun) / 1_000) * rate) + 1;
  const untilDue = (number: number) => ((number - 1) / rate) * 1_000 - (performance.now() - begun);

  const run = async (lane: Lane): Promise<void> => {
    for (let next = lane.next; next !== undefined && !stop.aborted; next = lane.next) {
      const messages = lane.take(due());
      if (messages.length === 0) {
        await delay(Math.max(1, untilDue(next)), undefined, { signal: stop }).catch(() => undefined);
        continue;
      }
      const sentAt = performance.now();
      try {
        await send(messages);
      } catch (error) {
        counts.fail(messages.length);
        failed.abort();
        throw error;
      }
      counts.acknowledge(messages.length, messages.length * size, performance.now() - sentAt);
    }
  };
  const results = await Promise.allSettled(lanes.map(run));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
