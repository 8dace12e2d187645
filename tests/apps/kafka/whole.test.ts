import { describe, expect, test } from 'vitest';
import { describeLack, readClusterState } from '../../../apps/kafka/src/whole.ts';
import { strict } from '../web/helper.ts';

type Admin = Parameters<typeof readClusterState>[0];

/** A cluster with one topic: how many brokers, and for each partition its copies and those in sync. */
const clusterOf = (brokers: number, partitions: [replicas: number, isr: number][]): Admin =>
  strict<Admin>('admin', {
    describeCluster: async () => ({
      brokers: Array.from({ length: brokers }, (_, index) => ({ nodeId: index + 1, host: 'kafka', port: 9095 })),
      controller: 1,
      clusterId: 'test',
    }),
    fetchTopicMetadata: async () => ({
      topics: [
        {
          name: 'chat',
          partitions: partitions.map(([replicas, isr], partitionId) => ({
            partitionErrorCode: 0,
            partitionId,
            leader: 1,
            replicas: Array.from({ length: replicas }, (_, index) => index + 1),
            isr: Array.from({ length: isr }, (_, index) => index + 1),
          })),
        },
      ],
    }),
  });

describe('a cluster of three', () => {
  test.each([
    [3, [[3, 3]], undefined],
    [2, [[3, 2]], '2 of 3 brokers are there'],
    [
      3,
      [
        [3, 3],
        [3, 2],
      ],
      'chat-1 lacks a copy in sync',
    ],
    // Of a lab that had one broker: what was not copied yet is not whole.
    [
      3,
      [
        [1, 1],
        [1, 1],
      ],
      'chat-0 and 1 more partitions lack a copy in sync',
    ],
  ] as [number, [number, number][], string | undefined][])(
    'with %j brokers and copies %j: %j',
    async (brokers, partitions, lack) => {
      expect(describeLack(await readClusterState(clusterOf(brokers, partitions)), 3)).toBe(lack);
    },
  );
});
