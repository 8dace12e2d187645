/**
 * The rooms that this process remembers, shared out fairly: anyone can make rooms and fill them, by the API or with a Kafka
 * client. Where there are too many, a room goes in which nobody is and least was said; where there is too much text, the
 * largest rooms lose their oldest messages. So a flood pushes out itself, and not the rooms in which people talk.
 */
import { extend, type Place, type Reach, unite } from './reach.ts';
import type { Saying } from './record.ts';
import { type KeptMessage, RoomMemory } from './room-memory.ts';

export interface RoomsOptions {
  /** Rooms at most (300). */
  maxRooms?: number;
  /** Characters at most, of all texts together (16 million). */
  maxCharacters?: number;
  /** Whether somebody is in a room now. */
  isInUse?: (room: string) => boolean;
}

const MAX_ROOMS = 300;
const MAX_CHARACTERS = 16_000_000;

export class Rooms {
  readonly #maxRooms: number;
  readonly #maxCharacters: number;
  readonly #isInUse: (room: string) => boolean;
  /** In the order of their last use. */
  readonly #rooms = new Map<string, RoomMemory>();
  /** How far anything was read that is forgotten, or was deleted before this process read it: it may be of any room. */
  readonly #floor = new Map<number, number>();
  #characters = 0;

  constructor({ maxRooms = MAX_ROOMS, maxCharacters = MAX_CHARACTERS, isInUse = () => false }: RoomsOptions = {}) {
    this.#maxRooms = maxRooms;
    this.#maxCharacters = maxCharacters;
    this.#isInUse = isInUse;
  }

  /** Says that nothing at or before this place will ever be read. */
  startAfter(place: Place): void {
    extend(this.#floor, place);
  }

  /** Whether anything is known of the room. */
  has(name: string): boolean {
    return this.#rooms.has(name);
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
    if (this.#rooms.size > this.#maxRooms) this.#forgetOne(saying.room);
    while (this.#characters > this.#maxCharacters && this.#rooms.size > 1) this.#shorten(saying.room);
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

  /** Has the largest room lose its oldest message; where that is its only one, a whole room goes. */
  #shorten(newest: string): void {
    const [largest] = [...this.#rooms.values()].sort((a, b) => b.characters - a.characters);
    if (largest === undefined || largest.count <= 1) {
      this.#forgetOne(newest);
      return;
    }
    this.#characters -= largest.characters;
    largest.dropOldest();
    this.#characters += largest.characters;
  }

  /** Forgets a room, but not `newest`: else no new one could ever begin. */
  #forgetOne(newest: string): void {
    const others = [...this.#rooms].filter(([name]) => name !== newest);
    // Among equals, sorting keeps the order of their last use.
    others.sort(([, a], [, b]) => a.count - b.count);
    const least = others.find(([name]) => !this.#isInUse(name)) ?? others[0];
    if (least === undefined) return;
    const [name, room] = least;
    this.#rooms.delete(name);
    this.#characters -= room.characters;
    for (const [partition, offset] of unite(this.#floor, room.reach)) extend(this.#floor, { partition, offset });
  }
}
