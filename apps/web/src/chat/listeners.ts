/** Those who listen to rooms, each of whom gets every message once from where it was. */
import type { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';
import { contains, formatId, type Reach, unite } from './reach.ts';
import type { KeptMessage } from './room-memory.ts';

/** What a listener hears. The same object goes to all who hear the same. */
export type ChatEvent =
  | { event: 'message'; id: string; data: ChatMessage }
  | { event: 'people'; id: string | undefined; data: { people: ChatPerson[] } }
  /** Something between where the listener was and now is gone from here: it loads the room again. */
  | { event: 'gap'; id: string; data: null };

export class Listener {
  readonly #onEvent: (event: ChatEvent) => void;
  #reach: Reach;
  /** Whether it may hold something that this process read after what it tells it now. */
  #isAhead = true;
  #people = '';

  /** `reach`: how far it is. */
  constructor(reach: Reach, onEvent: (event: ChatEvent) => void) {
    this.#reach = reach;
    this.#onEvent = onEvent;
  }

  /** Tells it of a message that it has not got, as `event` has it. */
  message({ message, place, reach }: KeptMessage, event: ChatEvent): void {
    this.#isAhead &&= !contains(reach, this.#reach);
    if (!this.#isAhead) {
      this.#onEvent(event);
      return;
    }
    // Its connection may end here: what it holds beyond this message has to be in the id by which it comes back.
    this.#reach = unite(this.#reach, reach);
    const id = formatId(this.#reach, place);
    this.#onEvent({ event: 'message', id, data: { ...message, id } });
  }

  /** Tells it who is there, unless it was told the same before; `words` stands for what the event says. */
  people(words: string, event: ChatEvent): void {
    if (words === this.#people) return;
    this.#people = words;
    this.#onEvent(event);
  }

  /** Tells it that something is missing, and where it is now. */
  gap(reach: Reach): void {
    this.#reach = reach;
    this.#isAhead = true;
    this.#onEvent({ event: 'gap', id: formatId(reach), data: null });
  }
}

/** The listeners of each room. */
export class Listeners {
  readonly #rooms = new Map<string, Set<Listener>>();

  /** Adds one; gives what to call once when it leaves. */
  add(room: string, listener: Listener): () => void {
    const listeners = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#rooms.get(room) === listeners) this.#rooms.delete(room);
    };
  }

  /** Whether anybody listens to a room here. */
  has(room: string): boolean {
    return this.#rooms.has(room);
  }

  message(kept: KeptMessage): void {
    const event: ChatEvent = { event: 'message', id: kept.message.id, data: kept.message };
    for (const listener of this.#rooms.get(kept.message.room) ?? []) listener.message(kept, event);
  }

  people(room: string, people: ChatPerson[]): void {
    const event: ChatEvent = { event: 'people', id: undefined, data: { people } };
    const words = JSON.stringify(people);
    for (const listener of this.#rooms.get(room) ?? []) listener.people(words, event);
  }

  /** Tells all that something is missing. */
  gap(reachOf: (room: string) => Reach): void {
    for (const [room, listeners] of this.#rooms) for (const listener of listeners) listener.gap(reachOf(room));
  }
}
