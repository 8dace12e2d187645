/** Who is in which room and writing: the people of this process, and what the other processes tell of theirs. */
import type { ChatPerson } from '@cloud-lab/common/chat';
import Type, { type Static } from 'typebox';

/** What a process tells of its people in one room, each time all of it. */
export const Statement = Type.Object({
  /** Which process; another one after each start. */
  process: Type.String({ minLength: 1, maxLength: 64 }),
  people: Type.Array(Type.String(), { maxItems: 5_000 }),
  typing: Type.Array(Type.String(), { maxItems: 5_000 }),
});
export type Statement = Static<typeof Statement>;

/** A process that says nothing for so long, in milliseconds, is gone, and its people with it. */
export const SILENT_MS = 30_000;
/** Somebody who does not go on writing for so long, in milliseconds, has stopped. */
export const TYPING_MS = 5_000;
/** Statements of others that are kept at most: whatever else is on the topic takes no more memory than they. */
const MAX_STATEMENTS = 10_000;

interface Heard extends Statement {
  room: string;
  /** Milliseconds. */
  at: number;
}

interface LocalRoom {
  /** Name -> open streams: two tabs are one person. */
  people: Map<string, number>;
  /** Name -> until when, in milliseconds. */
  typing: Map<string, number>;
}

/** Times are milliseconds of whatever clock the caller has. */
export class Presence {
  readonly #process: string;
  readonly #local = new Map<string, LocalRoom>();
  readonly #heard = new Map<string, Heard>();

  constructor(process: string) {
    this.#process = process;
  }

  /** Somebody opens a stream here; gives what to call once when it ends. */
  enter(room: string, user: string): () => void {
    const { people } = this.#localRoom(room);
    people.set(user, (people.get(user) ?? 0) + 1);
    return () => {
      const left = (people.get(user) ?? 1) - 1;
      if (left > 0) people.set(user, left);
      else people.delete(user);
      this.#tidy(room);
    };
  }

  /** Somebody writes; says whether that is news. */
  type(room: string, user: string, now: number): boolean {
    const { typing } = this.#localRoom(room);
    const isNews = !typing.has(user);
    typing.set(user, now + TYPING_MS);
    return isNews;
  }

  /** Somebody has said something, and so has stopped writing; says whether that is news. */
  stopTyping(room: string, user: string): boolean {
    let isNews = this.#local.get(room)?.typing.delete(user) ?? false;
    this.#tidy(room);
    for (const heard of this.#heard.values()) {
      if (heard.room !== room || !heard.typing.includes(user)) continue;
      heard.typing = heard.typing.filter((name) => name !== user);
      isNews = true;
    }
    return isNews;
  }

  /** Nobody is here any more. */
  leaveAll(): void {
    this.#local.clear();
  }

  /** Another process tells of its people in a room. */
  hear(room: string, statement: Statement, at: number): void {
    if (statement.process === this.#process) return;
    const key = `${statement.process} ${room}`;
    if (statement.people.length === 0 && statement.typing.length === 0) this.#heard.delete(key);
    else if (this.#heard.has(key) || this.#heard.size < MAX_STATEMENTS)
      this.#heard.set(key, { ...statement, room, at });
  }

  /** Ends what is over by now: those who stopped writing, processes that are silent. Gives the rooms concerned. */
  expire(now: number): Set<string> {
    const changed = new Set<string>();
    for (const [room, { typing }] of this.#local) {
      for (const [user, until] of typing) {
        if (until > now) continue;
        typing.delete(user);
        changed.add(room);
      }
      this.#tidy(room);
    }
    for (const [key, { room, at }] of this.#heard) {
      if (at + SILENT_MS > now) continue;
      this.#heard.delete(key);
      changed.add(room);
    }
    return changed;
  }

  /** Who is in a room, by name. */
  people(room: string): ChatPerson[] {
    const local = this.#local.get(room);
    const heard = [...this.#heard.values()].filter((each) => each.room === room);
    const typing = new Set([...(local?.typing.keys() ?? []), ...heard.flatMap((each) => each.typing)]);
    const users = new Set([...(local?.people.keys() ?? []), ...heard.flatMap((each) => each.people)]);
    return [...users].sort(byName).map((user) => ({ user, typing: typing.has(user) }));
  }

  /** What this process tells of its people in a room. */
  statement(room: string): Statement {
    const local = this.#local.get(room);
    return {
      process: this.#process,
      people: [...(local?.people.keys() ?? [])],
      typing: [...(local?.typing.keys() ?? [])],
    };
  }

  /** `ours`: the rooms of which this process has anything to tell. `all`: those where somebody is, by any process. */
  rooms(whose: 'ours' | 'all'): Set<string> {
    if (whose === 'ours') return new Set(this.#local.keys());
    const local = [...this.#local].filter(([, { people }]) => people.size > 0).map(([room]) => room);
    const heard = [...this.#heard.values()].filter(({ people }) => people.length > 0).map(({ room }) => room);
    return new Set([...local, ...heard]);
  }

  #localRoom(room: string): LocalRoom {
    const local = this.#local.get(room) ?? { people: new Map(), typing: new Map() };
    this.#local.set(room, local);
    return local;
  }

  #tidy(room: string): void {
    const local = this.#local.get(room);
    if (local?.people.size === 0 && local.typing.size === 0) this.#local.delete(room);
  }
}

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { sensitivity: 'base' }) || (a < b ? -1 : 1);
