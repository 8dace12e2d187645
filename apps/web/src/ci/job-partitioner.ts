/** Spreads jobs over the partitions of the queue, so that idle runners get them and none waits behind another. */
import type { ICustomPartitioner, Message, PartitionMetadata } from 'kafkajs';

/**
 * A partition for each job in turn, from a random one on: two successive jobs never share one where there are two. Each turn
 * goes on by more than half of them, as a runner often has neighbouring ones, and jobs that come together should part.
 */
export function createJobPartitioner(random: () => number = Math.random): ICustomPartitioner {
  // Both outlive the producer that asks: after a lost connection, the next job still goes to the next partition.
  let turn: number | undefined;
  const chosen = new WeakMap<Message, number>();

  return () =>
    ({ partitionMetadata, message }) => {
      const usable = usablePartitions(partitionMetadata);
      const before = chosen.get(message);
      // A job that may have arrived is sent again to the same place: two runners would run it at once otherwise.
      if (before !== undefined && usable.includes(before)) return before;
      turn = turn === undefined ? Math.floor(random() * usable.length) : turn + 1;
      const partition = usable[(turn * strideOf(usable.length)) % usable.length] ?? 0;
      chosen.set(message, partition);
      return partition;
    };
}

/** A step that comes by each of `count` partitions: the first above the golden section that shares no divisor with it. */
function strideOf(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (divisor(stride, count) !== 1) stride += 1;
  return stride;
}

/** Those that take messages now; all where none does. */
function usablePartitions(partitions: readonly PartitionMetadata[]): number[] {
  const led = partitions.filter(({ leader }) => leader >= 0);
  return (led.length > 0 ? led : partitions).map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}
