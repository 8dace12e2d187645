/** What describe-cluster prints, for whoever reads it. */

export interface TopicStatus {
  topic: string;
  partitions: number;
  /** That can be read now. */
  messages: number;
  /** Partitions that lack a copy in sync. */
  behind: number;
}

export interface GroupStatus {
  group: string;
  /** As Kafka calls it: Stable, Empty, PreparingRebalance, ... */
  state: string;
  members: number;
  /** Messages that it has not committed yet, in the partitions where it has committed anything. */
  lag: number;
}

export interface ClusterStatus {
  brokers: { id: number; host: string; leads: number }[];
  /** How many brokers there should be. */
  brokerCount: number;
  topics: TopicStatus[];
  groups: GroupStatus[];
}
