/** Whether a cluster is whole: every broker there, every partition with all of its copies in sync. */
import type { Admin } from 'kafkajs';

export interface ClusterState {
  /** Ids of the brokers that are there. */
  brokers: number[];
  /** Partitions that lack a copy in sync, as `topic-partition`. */
  behind: string[];
}

/** Asks the cluster. */
export async function readClusterState(admin: Admin): Promise<ClusterState> {
  const [{ brokers }, { topics }] = await Promise.all([admin.describeCluster(), admin.fetchTopicMetadata()]);
  return {
    brokers: brokers.map(({ nodeId }) => nodeId).sort(),
    behind: topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ replicas, isr }) => isr.length < Math.max(replicas.length, brokers.length))
        .map(({ partitionId }) => `${name}-${partitionId}`),
    ),
  };
}

/** What the cluster lacks, in words; undefined where it is whole. */
export function describeLack({ brokers, behind }: ClusterState, brokerCount: number): string | undefined {
  if (brokers.length < brokerCount) return `${brokers.length} of ${brokerCount} brokers are there`;
  if (behind.length === 0) return undefined;
  const [first, ...more] = behind;
  return `${first}${more.length === 0 ? ' lacks' : ` and ${more.length} more partitions lack`} a copy in sync`;
}
