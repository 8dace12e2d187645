/** What the command lines ask of Kafka; kafka-producer.ts and kafka-reader.ts do it, a test may put something else there. */

/** Which cluster, and as whom: SCRAM-SHA-512 over TLS with a username, plaintext without. */
export interface Cluster {
  /** `host:port` of the brokers to ask first; the others are learnt from them. */
  brokers: string[];
  username?: string;
  password?: string;
  /** PEM text of the authority that vouches for the brokers; the system's authorities without it. */
  ca?: string;
}

/** Told of each try that failed and is made again: how often it was tried by now, and why it failed. */
export type RetryListener = (attempt: number, error: Error) => void;

export interface OutgoingMessage {
  value: string | Buffer;
  key?: string;
  /** Without it, the key decides, as in Kafka's own clients; without a key, each partition in turn. */
  partition?: number;
}

/** Where messages are now: `offset` is that of the first of this partition. */
export interface Acknowledgement {
  partition: number;
  offset: bigint;
}

/** Sends to one topic. */
export interface StreamProducer {
  /**
   * Resolves when all in-sync replicas have the messages. Tries again through a broker that is away, and a message that was
   * written by a try that seemed to fail is not written again.
   * @throws DeliveryError when the limit is over; what the broker says when it refuses.
   */
  send(messages: OutgoingMessage[]): Promise<Acknowledgement[]>;
  close(): Promise<void>;
}

export interface IncomingMessage {
  partition: number;
  offset: bigint;
  key: Buffer | undefined;
  value: Buffer | undefined;
  headers: [Buffer, Buffer][];
  /** Milliseconds since 1970. */
  timestamp: bigint;
}

/** Reads one topic as a member of a group. */
export interface StreamReader {
  /**
   * What has come, in the order of each partition; nothing after `waitMs` without any. A message is handed out once, also
   * when the group shares out its partitions anew.
   * @throws What ended the reading.
   */
  read(waitMs: number): Promise<IncomingMessage[]>;
  /** These are dealt with: the next commit says so. */
  done(messages: readonly IncomingMessage[]): void;
  /** Tells the group how far this member is. */
  commit(): Promise<void>;
  /** Commits, and leaves the group at once. */
  close(): Promise<void>;
}
