/** What happens in a room: its newest messages at first, then each as it is said, none twice and none left out. */
import { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';
import { EventSource } from 'eventsource';
import Type, { type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type ChatApi, ChatAwayError } from './chat-api.ts';

export interface FeedOptions {
  onMessage: (message: ChatMessage) => void;
  onPeople: (people: ChatPerson[]) => void;
  /** The chat went away (once until it is back), or came back. */
  onAway: () => void;
  onBack: () => void;
  /** It will not work at all. */
  onFailure: (error: Error) => void;
  /** Milliseconds before it is tried again (2 000). */
  pauseMs?: number;
}

const PAUSE_MS = 2_000;
/** So many messages are remembered, so as not to show one twice. */
const REMEMBERED = 1_000;
const People = Type.Object({ people: Type.Array(ChatPerson) });

export class RoomFeed {
  readonly #api: Pick<ChatApi, 'room' | 'eventsUrl'>;
  readonly #room: string;
  readonly #options: FeedOptions;
  readonly #shown = new Set<string>();
  #last: string | undefined;
  #away = false;
  #closed = false;
  #source: EventSource | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(api: Pick<ChatApi, 'room' | 'eventsUrl'>, room: string, options: FeedOptions) {
    this.#api = api;
    this.#room = room;
    this.#options = options;
  }

  /** Resolves when the first messages are shown, or the chat is known to be away. */
  async open(): Promise<void> {
    // After an interruption the events go on where they ended; the room is loaded only where there is nothing to go on after.
    if (this.#last !== undefined || (await this.#load())) this.#listen();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /** Shows what the room has now; where that fails, all begins anew a little later. */
  async #load(): Promise<boolean> {
    try {
      const { messages, people } = await this.#api.room(this.#room);
      if (this.#closed) return false;
      for (const message of messages) this.#show(message);
      this.#options.onPeople(people);
      return true;
    } catch (error) {
      if (this.#closed) return false;
      if (error instanceof ChatAwayError) this.#retry();
      else this.#options.onFailure(error as Error);
      return false;
    }
  }

  #listen(): void {
    const begunEmpty = this.#last === undefined;
    const source = new EventSource(this.#api.eventsUrl(this.#room, this.#last));
    this.#source = source;
    source.addEventListener('open', () => {
      if (this.#away) this.#options.onBack();
      this.#away = false;
      // Nothing to go on after: what was said before this moment is not among the events.
      if (begunEmpty && this.#last === undefined) void this.#load();
    });
    source.addEventListener('message', ({ data }) => this.#read(data, ChatMessage, (message) => this.#show(message)));
    source.addEventListener('people', ({ data }) =>
      this.#read(data, People, ({ people }) => this.#options.onPeople(people)),
    );
    source.addEventListener('gap', () => void this.#load());
    source.addEventListener('error', () => {
      this.#tellAway();
      // An answer that is no stream ends it for good.
      if (source.readyState === EventSource.CLOSED) this.#retry();
    });
  }

  #read<T extends TSchema>(data: string, schema: T, use: (value: Static<T>) => void): void {
    try {
      const value: unknown = JSON.parse(data);
      if (Value.Check(schema, value)) use(value);
    } catch {
      // What is no JSON is no event of the chat.
    }
  }

  #show(message: ChatMessage): void {
    // Its own place stands first in an id, and is the same wherever it comes from.
    const [place = message.id] = message.id.split(',', 1);
    if (this.#shown.has(place)) return;
    this.#shown.add(place);
    const [oldest] = this.#shown;
    if (this.#shown.size > REMEMBERED && oldest !== undefined) this.#shown.delete(oldest);
    this.#last = message.id;
    this.#options.onMessage(message);
  }

  #tellAway(): void {
    if (!this.#away && !this.#closed) this.#options.onAway();
    this.#away = true;
  }

  #retry(): void {
    this.#source?.close();
    this.#tellAway();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.open(), this.#options.pauseMs ?? PAUSE_MS);
  }
}
