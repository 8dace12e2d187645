/** What the chat needs of Kafka: its two topics, read whole by every process, and a way to write to them. */
import type { Place } from './reach.ts';
import type { ChatRecord, ChatWrite } from './record.ts';

/** What a partition holds: offsets from `first` on, and before `end`. */
export interface PartitionRange {
  topic: string;
  partition: number;
  first: number;
  end: number;
}

/** Hears what is on the topics. */
export interface TopicReader {
  /** Reading begins, for the first time or after Kafka was away; these are the partitions as they are now. */
  begin(ranges: readonly PartitionRange[]): void;
  /** The offset from which a partition is to be read. */
  next(topic: string, partition: number): number;
  /** A message; those of a partition come in their order, and may come again after Kafka was away. */
  read(topic: string, place: Place, record: ChatRecord): void;
  /** All of the partition up to here is read, also what holds no message. */
  reached(topic: string, place: Place): void;
}

export interface ChatTopics {
  /** Begins to read; keeps trying for as long as Kafka is away. */
  start(reader: TopicReader): void;
  /** Resolves once every in-sync replica has the messages; rejects when Kafka does not take them in time. */
  send(topic: string, messages: readonly ChatWrite[]): Promise<void>;
  stop(): Promise<void>;
}
