/** The chat of this web process: what is said and who is there, from Kafka's topics to whoever listens here. */
import type { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { createKafkaTopics } from './kafka-topics.ts';
import type { ChatEvent } from './listeners.ts';
import { Messenger } from './messenger.ts';
import type { Place, Reach } from './reach.ts';
import type { Saying } from './record.ts';
import type { MessagePage } from './room-memory.ts';

/** A room in the list of rooms. */
export interface RoomSummary {
  room: string;
  people: ChatPerson[];
  /** When something was said there last, ISO 8601. */
  lastTime: string | null;
}

/** A room with its newest messages, oldest first. */
export interface RoomView extends MessagePage {
  room: string;
  people: ChatPerson[];
  /** The id of where the room is now: what comes after it has not been read yet. */
  at: string;
}

/** A place in a room, as an id says it. */
export interface RoomPlace {
  reach: Reach;
  own: Place | undefined;
}

export interface ListenOptions {
  /** Who listens, and so is there; undefined: somebody who only watches. */
  user: string | undefined;
  /** Where to go on; undefined: from now on. */
  after: RoomPlace | undefined;
  onEvent: (event: ChatEvent) => void;
}

/** Every method that reads waits a while for the first reading of the topics; then it refuses with 503. */
export interface Chat {
  /** Begins to read the topics; keeps trying for as long as Kafka is away. */
  start(): void;
  stop(): Promise<void>;
  /** The rooms that are known, the lobby first, then those where something was said last. */
  rooms(): Promise<RoomSummary[]>;
  /** Whether anything that was said in this room is remembered. */
  knows(room: string): Promise<boolean>;
  /** A room with its newest `limit` messages; one that nobody has used yet is empty. */
  room(name: string, limit: number): Promise<RoomView>;
  /** Up to `limit` messages before a place, as far as they are remembered. */
  before(name: string, place: RoomPlace, limit: number): Promise<MessagePage>;
  /**
   * Says something. Resolves when it has been read back; `isNew` is false when it was there before under the same `sendId`.
   * Rejects with 503 when Kafka does not take it, or does not give it back in time.
   */
  say(saying: Saying): Promise<{ message: ChatMessage; isNew: boolean }>;
  /** Somebody writes something: that holds for five seconds. */
  type(room: string, user: string): void;
  /** Listens to a room; gives what to call once to leave. */
  listen(room: string, options: ListenOptions): Promise<() => void>;
}

/** Makes it; nothing connects before `start`. */
export function createChat(kafka: Kafka, log: Logger): Chat {
  return new Messenger({ topics: createKafkaTopics(kafka, log), log });
}
