/** The rooms that this process remembers: not more than fit, those that nobody used for longest go first. */
import { extend, type Place, type Reach, unite } from './reach.ts';
import type { Saying } from './record.ts';
import { type KeptMessage, RoomMemory } from './room-memory.ts';

export interface RoomsOptions {
  /** Rooms at most (300). */
  maxRooms?: number;
  /** Characters at most, of all texts together (16 million). */
  maxCharacters?: number;
}

const MAX_ROOMS = 300;
const MAX_CHARACTERS = 16_000_000;

export class Rooms {
  readonly #maxRooms: number;
  readonly #maxCharacters: number;
  /** In the order of their last use. */
  readonly #rooms = new Map<string, RoomMemory>();
  /** How far anything was read that is forgotten, or was deleted before this process read it: it may be of any room. */
  readonly #floor = new Map<number, number>();
  #characters = 0;

  constructor({ maxRooms = MAX_ROOMS, maxCharacters = MAX_CHARACTERS }: RoomsOptions = {}) {
    this.#maxRooms = maxRooms;
    this.#maxCharacters = maxCharacters;
  }

  /** Says that nothing at or before this place will ever be read. */
  startAfter(place: Place): void {
    extend(this.#floor, place);
  }

  /** The room, if anything is known of it. */
  get(name: string): RoomMemory | undefined {
    const room = this.#rooms.get(name);
    if (room !== undefined) this.#touch(name, room);
    return room;
  }

  /** The room, or an empty one in its place. */
  view(name: string): RoomMemory {
    return this.get(name) ?? new RoomMemory(this.#floor);
  }

  /** How far this process has read the room. */
  reach(name: string): Reach {
    return this.#rooms.get(name)?.reach ?? this.#floor;
  }

  /** Takes the next message; undefined when it was sent before under the same name. */
  add(saying: Saying, place: Place, time: Date): KeptMessage | undefined {
    const room = this.view(saying.room);
    const before = room.characters;
    const kept = room.add(saying, place, time);
    this.#characters += room.characters - before;
    this.#touch(saying.room, room);
    while (this.#rooms.size > this.#maxRooms || (this.#characters > this.#maxCharacters && this.#rooms.size > 1)) {
      this.#forgetOne();
    }
    return kept;
  }

  /** Name and time of the last message of each. */
  list(): { name: string; lastTime: string | null }[] {
    return [...this.#rooms].map(([name, { lastTime }]) => ({ name, lastTime }));
  }

  /** Forgets all: the topic was made anew, and its places mean other messages. */
  clear(): void {
    this.#rooms.clear();
    this.#floor.clear();
    this.#characters = 0;
  }

  #touch(name: string, room: RoomMemory): void {
    this.#rooms.delete(name);
    this.#rooms.set(name, room);
  }

  #forgetOne(): void {
    for (const [name, room] of this.#rooms) {
      this.#rooms.delete(name);
      this.#characters -= room.characters;
      for (const [partition, offset] of unite(this.#floor, room.reach)) extend(this.#floor, { partition, offset });
      return;
    }
  }
}
