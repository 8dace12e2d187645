/** The chat of this web process: what is said and who is there, from Kafka's topics to whoever listens here. */
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';

export interface Chat {
  /** Begins to read the topics; keeps trying for as long as Kafka is away. */
  start(): void;
  stop(): Promise<void>;
}

/** Makes it; nothing connects before `start`. */
export function createChat(_kafka: Kafka, _log: Logger): Chat {
  return { start: () => undefined, stop: async () => undefined };
}
