/** A load: every number once, in the order of its partition, counted as what became of it. */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../../apps/stream/src/client/client.ts';
import { partitionOf } from '../../../../apps/stream/src/client/kafka-producer.ts';
import { parseLoadMessage } from '../../../../apps/stream/src/load-message.ts';
import { describeSummary, LoadCounts } from '../../../../apps/stream/src/produce/load-counts.ts';
import { type LoadPlan, planLanes } from '../../../../apps/stream/src/produce/load-plan.ts';
import { sendLoad } from '../../../../apps/stream/src/produce/send-load.ts';

const plan = (more: Partial<LoadPlan>): LoadPlan => ({
  run: 'r',
  count: 100,
  size: 40,
  keys: 20,
  batch: 7,
  rate: Number.POSITIVE_INFINITY,
  ...more,
});
const numberOf = ({ value }: OutgoingMessage) => parseLoadMessage(Buffer.from(value))?.number ?? 0;
const never = new AbortController().signal;

/** Takes requests for a cluster that has them after a while. */
function fakeCluster(onSend: (messages: OutgoingMessage[]) => void | Promise<void> = () => undefined) {
  const written: OutgoingMessage[] = [];
  const underway = new Map<number | undefined, number>();
  let most = 0;
  const send = async (messages: OutgoingMessage[]) => {
    const partition = messages[0]?.partition;
    underway.set(partition, (underway.get(partition) ?? 0) + 1);
    most = Math.max(most, underway.get(partition) ?? 0);
    try {
      await onSend(messages);
      await delay(0);
      written.push(...messages);
    } finally {
      underway.set(partition, (underway.get(partition) ?? 0) - 1);
    }
    return [];
  };
  return { send, written, mostAtOnce: () => most };
}

async function run(options: LoadPlan, partitions: number, cluster = fakeCluster(), signal = never) {
  const counts = new LoadCounts(options.run, options.count);
  const lanes = planLanes(options, (key) => partitionOf(key, partitions));
  const failure = await sendLoad(lanes, options, cluster.send, counts, signal).catch((error: unknown) => error);
  return { cluster, failure, summary: counts.summarize() };
}

describe('sendLoad', () => {
  it('sends every number once, keyed by its remainder, in order, one request at a time to a partition', async () => {
    const sizes = fc.record({ count: fc.integer({ min: 1, max: 300 }), keys: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 6 }), async ({ count, keys }, partitions) => {
        const { cluster, summary } = await run(plan({ count, keys }), partitions);
        const numbers = cluster.written.map(numberOf);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
        for (const message of cluster.written) {
          expect(message.key).toBe(`k${numberOf(message) % keys}`);
          expect(message.partition).toBe(partitionOf(message.key ?? '', partitions));
        }
        for (let partition = 0; partition < partitions; partition++) {
          const mine = cluster.written.filter((message) => message.partition === partition).map(numberOf);
          expect(mine).toEqual(mine.toSorted((a, b) => a - b));
        }
        expect(cluster.mostAtOnce()).toBe(1);
        expect(summary).toMatchObject({ acknowledged: count, failed: 0, unsent: 0 });
      }),
      { numRuns: 40 },
    );
  });

  it('keeps to the size of a request in messages and in bytes', async () => {
    const sizes: number[] = [];
    const cluster = fakeCluster((messages) => void sizes.push(messages.length));
    await run(plan({ count: 50, batch: 7, keys: 1 }), 1, cluster);
    expect(Math.max(...sizes)).toBe(7);
    sizes.length = 0;
    await run(plan({ count: 20, batch: 1_000, size: 100_000, keys: 1 }), 1, cluster);
    expect(Math.max(...sizes)).toBe(8);
  });

  it('keeps to the rate', async () => {
    const begun = performance.now();
    await run(plan({ count: 41, rate: 200, batch: 500 }), 3);
    expect(performance.now() - begun).toBeGreaterThan(195);
  });

  it('counts what failed and what was never sent, and tells why', async () => {
    let requests = 0;
    const cluster = fakeCluster(() => {
      requests += 1;
      if (requests === 3) throw new Error('The broker says no.');
    });
    const { failure, summary } = await run(plan({ count: 100, batch: 10, keys: 1 }), 1, cluster);
    expect(failure).toEqual(new Error('The broker says no.'));
    expect(summary).toMatchObject({ acknowledged: 20, failed: 10, unsent: 70 });
    expect(describeSummary(summary)).toContain('20 messages acknowledged, 10 failed, 70 not sent');
  });

  it('stops when it is told to, and counts what was under way', async () => {
    const stop = new AbortController();
    const cluster = fakeCluster(() => stop.abort());
    const { failure, summary } = await run(plan({ count: 100, batch: 10, keys: 1 }), 1, cluster, stop.signal);
    expect(failure).toBeUndefined();
    expect(summary).toMatchObject({ acknowledged: 10, failed: 0, unsent: 90 });
  });
});

describe('partitionOf', () => {
  it("is that of Kafka's own clients", () => {
    // From org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey, with 4 partitions.
    expect(['k0', 'k1', 'k2', 'k3', 'k4', 'lobby'].map((key) => partitionOf(key, 4))).toEqual([1, 1, 1, 0, 0, 2]);
  });
});
