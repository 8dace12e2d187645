/** Spreads jobs over the partitions of the queue, so that idle runners get them and none waits behind another. */
import type { ICustomPartitioner, Message, PartitionMetadata } from 'kafkajs';

/** One partition after the other, from a random one on: two successive jobs never share one where there are two. */
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
      const partition = usable[turn % usable.length] ?? 0;
      chosen.set(message, partition);
      return partition;
    };
}

/** Those that take messages now; all where none does. */
function usablePartitions(partitions: readonly PartitionMetadata[]): number[] {
  const led = partitions.filter(({ leader }) => leader >= 0);
  return (led.length > 0 ? led : partitions).map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}
