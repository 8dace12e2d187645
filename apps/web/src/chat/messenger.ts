/** The chat over its topics: memory, presence and listeners put together. */
import { randomUUID } from 'node:crypto';
import type { ChatMessage } from '@cloud-lab/common/chat';
import { CHAT_PRESENCE_TOPIC, CHAT_TOPIC } from '@cloud-lab/common/topics';
import type { FastifyBaseLogger } from 'fastify';
import { HttpError } from '../errors.ts';
import type { Chat, ListenOptions, RoomPlace, RoomSummary, RoomView } from './chat.ts';
import { Listener, Listeners } from './listeners.ts';
import { Outbox } from './outbox.ts';
import { PeopleBoard } from './people-board.ts';
import { formatId, type Place } from './reach.ts';
import { ReadProgress } from './read-progress.ts';
import { type ChatRecord, readSaying, type Saying } from './record.ts';
import type { MessagePage } from './room-memory.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';
import type { ChatTopics, PartitionRange, TopicReader } from './topics.ts';

export interface MessengerOptions extends RoomsOptions {
  topics: ChatTopics;
  log: FastifyBaseLogger;
  /** How long a request may wait for Kafka, in milliseconds (5000). */
  limitMs?: number;
  /** How long one who has read more elsewhere waits for this process to have read it, in milliseconds (2000). */
  aheadMs?: number;
}

/** The room that is always there. */
export const LOBBY = 'lobby';

const LIMIT_MS = 5_000;
const AHEAD_MS = 2_000;

export class Messenger implements Chat, TopicReader {
  readonly #topics: ChatTopics;
  readonly #limitMs: number;
  readonly #aheadMs: number;
  readonly #rooms: Rooms;
  readonly #progress = new ReadProgress();
  readonly #listeners = new Listeners();
  readonly #people: PeopleBoard;
  readonly #outbox: Outbox;

  constructor({ topics, log, limitMs = LIMIT_MS, aheadMs = AHEAD_MS, ...bounds }: MessengerOptions) {
    this.#topics = topics;
    this.#limitMs = limitMs;
    this.#aheadMs = aheadMs;
    this.#rooms = new Rooms({ ...bounds, isInUse: (room) => this.#isInUse(room) });
    this.#outbox = new Outbox((write) => topics.send(CHAT_TOPIC, [write]));
    this.#people = new PeopleBoard({
      process: randomUUID(),
      send: (statements) => topics.send(CHAT_PRESENCE_TOPIC, statements),
      onPeople: (room, people) => this.#listeners.people(room, people),
      onProblem: (err) => log.debug({ err }, 'cannot tell the other web processes who is in the chat right now'),
    });
  }

  start(): void {
    this.#topics.start(this);
    this.#people.start();
  }

  async stop(): Promise<void> {
    await this.#people.stop();
    await this.#topics.stop();
  }

  async rooms(): Promise<RoomSummary[]> {
    await this.#untilRead();
    const times = new Map(this.#rooms.list().map(({ name, lastTime }) => [name, lastTime]));
    const names = new Set([...times.keys(), ...this.#people.rooms()]);
    names.delete(LOBBY);
    const summary = (room: string): RoomSummary => ({
      room,
      people: this.#people.in(room),
      lastTime: times.get(room) ?? null,
    });
    const others = [...names].map(summary).sort((a, b) => compareTimes(a, b) || (a.room < b.room ? -1 : 1));
    return [summary(LOBBY), ...others];
  }

  async knows(room: string): Promise<boolean> {
    await this.#untilRead();
    return room === LOBBY || this.#rooms.has(room);
  }

  async room(name: string, limit: number): Promise<RoomView> {
    await this.#untilRead();
    const memory = this.#rooms.view(name);
    return { room: name, people: this.#people.in(name), ...memory.newest(limit), at: formatId(memory.reach) };
  }

  async before(name: string, place: RoomPlace, limit: number): Promise<MessagePage> {
    await this.#untilRead();
    return this.#rooms.view(name).before(place, limit);
  }

  async say(saying: Saying): Promise<{ message: ChatMessage; isNew: boolean }> {
    const limit = AbortSignal.timeout(this.#limitMs);
    await this.#untilRead(limit);
    const sendId = saying.sendId ?? randomUUID();
    const known = this.#rooms.get(saying.room)?.find(saying.user, sendId);
    if (known !== undefined) return { message: known.message, isNew: false };
    return this.#outbox.send({ ...saying, sendId }, limit);
  }

  type(room: string, user: string): void {
    this.#people.type(room, user);
  }

  async listen(room: string, { user, after, onEvent }: ListenOptions): Promise<() => void> {
    await this.#untilRead();
    const isHere = after === undefined || (await this.#hasRead(after));
    // From here on nothing waits: between what was missed and what comes there is no moment in which a message could come.
    const missed = after === undefined ? [] : isHere ? this.#rooms.view(room).after(after.reach) : undefined;
    const reach = after === undefined || missed === undefined ? this.#rooms.reach(room) : after.reach;
    const listener = new Listener(reach, onEvent);
    const leaveRoom = this.#listeners.add(room, listener);
    const leavePeople = this.#people.enter(room, user);
    if (missed === undefined) listener.gap(reach);
    const people = this.#people.in(room);
    listener.people(JSON.stringify(people), { event: 'people', id: formatId(reach), data: { people } });
    for (const kept of missed ?? []) {
      listener.message(kept, { event: 'message', id: kept.message.id, data: kept.message });
    }
    return () => {
      leaveRoom();
      leavePeople();
    };
  }

  // What the topics tell, as a TopicReader.

  begin(ranges: readonly PartitionRange[]): void {
    const isRenewed = this.#progress.begin(ranges).has(CHAT_TOPIC);
    if (isRenewed) this.#rooms.clear();
    for (const { topic, partition, first } of ranges) {
      if (topic === CHAT_TOPIC && first > 0) this.#rooms.startAfter({ partition, offset: first - 1 });
    }
    if (isRenewed) this.#listeners.gap((room) => this.#rooms.reach(room));
  }

  next(topic: string, partition: number): number {
    return this.#progress.next(topic, partition);
  }

  read(topic: string, place: Place, record: ChatRecord): void {
    if (place.offset < this.#progress.next(topic, place.partition)) return;
    if (topic === CHAT_TOPIC) this.#readMessage(place, record);
    else this.#people.read(record, this.#progress.isOld(topic, place));
    this.#progress.reached(topic, place);
  }

  reached(topic: string, place: Place): void {
    this.#progress.reached(topic, place);
  }

  #readMessage(place: Place, record: ChatRecord): void {
    const saying = readSaying(record);
    if (saying === undefined) return;
    const kept = this.#rooms.add(saying, place, record.time);
    if (kept !== undefined) {
      this.#listeners.message(kept);
      this.#people.stopTyping(saying.room, saying.user);
    }
    const known = kept ?? this.#rooms.get(saying.room)?.find(saying.user, saying.sendId);
    if (known !== undefined) this.#outbox.arrived(known.message);
  }

  #isInUse(room: string): boolean {
    return room === LOBBY || this.#listeners.has(room) || this.#people.in(room).length > 0;
  }

  /** Waits for the first reading to be complete. */
  async #untilRead(limit?: AbortSignal): Promise<void> {
    if (this.#progress.caughtUp) return;
    const signal = limit ?? AbortSignal.timeout(this.#limitMs);
    if (await this.#progress.until(() => this.#progress.caughtUp, signal)) return;
    throw new HttpError(503, 'The chat is being read, try again in a moment.', { headers: { 'retry-after': '1' } });
  }

  /** Whether this process has read what one who comes from another one has; if it never does, the topic is another one. */
  #hasRead({ reach }: RoomPlace): Promise<boolean> {
    const holds = (): boolean => this.#progress.has(CHAT_TOPIC, reach);
    return holds() ? Promise.resolve(true) : this.#progress.until(holds, AbortSignal.timeout(this.#aheadMs));
  }
}

/** The room where something was said last comes first. */
const compareTimes = (a: RoomSummary, b: RoomSummary): number => (b.lastTime ?? '').localeCompare(a.lastTime ?? '');
