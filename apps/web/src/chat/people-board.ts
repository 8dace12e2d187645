/** Keeps who is where up to date: tells the listeners here and the other processes of every change, and again from time to time. */
import type { ChatPerson } from '@cloud-lab/common/chat';
import { Value } from 'typebox/value';
import { Presence, SILENT_MS, Statement } from './presence.ts';
import { type ChatRecord, type ChatWrite, isRoom, isUser } from './record.ts';
import { StatementSender } from './statement-sender.ts';

export interface PeopleBoardOptions {
  /** The name of this process among the others. */
  process: string;
  /** Tells the other processes. */
  send: (statements: ChatWrite[]) => Promise<void>;
  onPeople: (room: string, people: ChatPerson[]) => void;
  onProblem: (error: unknown) => void;
}

/** Many who come at once are told of at once. */
const GATHER_MS = 40;
const LOOK_EVERY_MS = 500;
const STATE_EVERY_MS = 10_000;
const FAREWELL_LIMIT_MS = 1_000;

export class PeopleBoard {
  readonly #presence: Presence;
  readonly #sender: StatementSender;
  readonly #onPeople: (room: string, people: ChatPerson[]) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #changed = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;

  constructor({ process, send, onPeople, onProblem }: PeopleBoardOptions) {
    this.#presence = new Presence(process);
    this.#onPeople = onPeople;
    this.#sender = new StatementSender(async (rooms) => {
      const statements = rooms.map((key) => ({
        key,
        value: JSON.stringify(this.#presence.statement(key)),
        headers: {},
      }));
      await send(statements).catch(onProblem);
    });
  }

  start(): void {
    const look = (): void => this.#change(this.#presence.expire(Date.now()));
    this.#timers.push(setInterval(look, LOOK_EVERY_MS).unref());
    this.#timers.push(setInterval(() => this.#sender.tell(this.#presence.rooms('ours')), STATE_EVERY_MS).unref());
  }

  /** Says goodbye for those who are still here. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#gathering);
    const rooms = this.#presence.rooms('ours');
    this.#presence.leaveAll();
    this.#sender.tell(rooms);
    await Promise.race([this.#sender.idle(), new Promise((resolve) => setTimeout(resolve, FAREWELL_LIMIT_MS).unref())]);
  }

  in(room: string): ChatPerson[] {
    return this.#presence.people(room);
  }

  /** The rooms where somebody is. */
  rooms(): Set<string> {
    return this.#presence.rooms('all');
  }

  /** Somebody comes; gives what to call when they leave. One who only watches is not there. */
  enter(room: string, user: string | undefined): () => void {
    if (user === undefined) return () => undefined;
    const leave = this.#presence.enter(room, user);
    this.#changeOurs(room);
    return () => {
      leave();
      this.#changeOurs(room);
    };
  }

  type(room: string, user: string): void {
    if (this.#presence.type(room, user, Date.now())) this.#changeOurs(room);
  }

  stopTyping(room: string, user: string): void {
    if (this.#presence.stopTyping(room, user)) this.#changeOurs(room);
  }

  /** Takes what another process tells; `isOld`: it has been on the topic for a while. */
  read({ key, value, time }: ChatRecord, isOld: boolean): void {
    const statement = parseStatement(value);
    if (key === undefined || statement === undefined || !isRoom(key)) return;
    const now = Date.now();
    // The clock of another host counts only where there is no better one.
    const at = isOld ? Math.min(now, time.getTime()) : now;
    if (at + SILENT_MS <= now) return;
    this.#presence.hear(key, statement, at);
    this.#change([key]);
  }

  #changeOurs(room: string): void {
    this.#sender.tell([room]);
    this.#change([room]);
  }

  #change(rooms: Iterable<string>): void {
    for (const room of rooms) this.#changed.add(room);
    if (this.#changed.size === 0) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const room of changed) this.#onPeople(room, this.in(room));
    }, GATHER_MS).unref();
  }
}

function parseStatement(value: string | undefined): Statement | undefined {
  let statement: unknown;
  try {
    statement = JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
  if (!Value.Check(Statement, statement)) return undefined;
  return [...statement.people, ...statement.typing].every(isUser) ? statement : undefined;
}
