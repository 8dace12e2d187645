/** The newest messages of one room, as this process has read them. */
import type { ChatMessage } from '@cloud-lab/common/chat';
import { covers, extend, formatId, type Place, type Reach } from './reach.ts';
import type { Saying } from './record.ts';

/** A message that is kept, where it is, and how far whoever has read up to it has come. */
export interface KeptMessage {
  message: ChatMessage;
  place: Place;
  reach: Reach;
}

/** Some messages, oldest first, and whether there are older ones. */
export interface MessagePage {
  messages: ChatMessage[];
  older: boolean;
}

/** Messages that a room keeps. */
export const ROOM_KEEPS = 500;

export class RoomMemory {
  readonly #kept: KeptMessage[] = [];
  readonly #bySender = new Map<string, KeptMessage>();
  /** What was read before and is not here: its newest in each partition. */
  readonly #dropped: Map<number, number>;
  #reach: Reach;
  #characters = 0;

  /** `floor`: how far the process had read when it forgot, or never had, what this room held before. */
  constructor(floor: Reach) {
    this.#dropped = new Map(floor);
    this.#reach = new Map(floor);
  }

  /** How far this process has read the room. */
  get reach(): Reach {
    return this.#reach;
  }

  /** About how much memory it takes, in characters. */
  get characters(): number {
    return this.#characters;
  }

  /** How many messages it keeps. */
  get count(): number {
    return this.#kept.length;
  }

  get lastTime(): string | null {
    return this.#kept.at(-1)?.message.time ?? null;
  }

  /** Takes the next message; undefined when it was sent before under the same name: it is there once. */
  add(saying: Saying, place: Place, time: Date): KeptMessage | undefined {
    const reach = new Map(this.#reach);
    extend(reach, place);
    this.#reach = reach;
    if (this.find(saying.user, saying.sendId) !== undefined) return undefined;
    const { room, user, text, sendId } = saying;
    const id = formatId(reach, place);
    const message = { id, room, user, text, time: time.toISOString(), ...(sendId === undefined ? {} : { sendId }) };
    const kept = { message, place, reach };
    this.#kept.push(kept);
    this.#characters += text.length;
    if (sendId !== undefined) this.#bySender.set(nameOf(user, sendId), kept);
    if (this.#kept.length > ROOM_KEEPS) this.dropOldest();
    return kept;
  }

  /** What this user has sent under this name. */
  find(user: string, sendId: string | undefined): KeptMessage | undefined {
    return sendId === undefined ? undefined : this.#bySender.get(nameOf(user, sendId));
  }

  /** The newest messages. */
  newest(limit: number): MessagePage {
    return lastOf(this.#kept, limit);
  }

  /** The newest of those that came before the message with this place, for a reader who was so far with it. */
  before({ reach, own }: { reach: Reach; own: Place | undefined }, limit: number): MessagePage {
    const isOwn = ({ partition, offset }: Place): boolean => partition === own?.partition && offset === own.offset;
    return lastOf(
      this.#kept.filter(({ place }) => covers(reach, place) && !isOwn(place)),
      limit,
    );
  }

  /** What a reader who is so far has not got; undefined when some of it may be gone from here. */
  after(reach: Reach): KeptMessage[] | undefined {
    for (const [partition, offset] of this.#dropped) {
      if (!covers(reach, { partition, offset })) return undefined;
    }
    return this.#kept.filter(({ place }) => !covers(reach, place));
  }

  /** Forgets the oldest message. */
  dropOldest(): void {
    const dropped = this.#kept.shift();
    if (dropped === undefined) return;
    const { user, text, sendId } = dropped.message;
    extend(this.#dropped, dropped.place);
    this.#characters -= text.length;
    if (sendId !== undefined) this.#bySender.delete(nameOf(user, sendId));
  }
}

// A name holds no line break.
const nameOf = (user: string, sendId: string): string => `${user}\n${sendId}`;

const lastOf = (kept: readonly KeptMessage[], limit: number): MessagePage => ({
  messages: kept.slice(-limit).map(({ message }) => message),
  older: kept.length > limit,
});
