/** The lab's chat as its REST API has it. */
import { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';
import Type, { type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';

const ANSWER_LIMIT_MS = 10_000;

const Rooms = Type.Object({
  rooms: Type.Array(
    Type.Object({
      room: Type.String(),
      people: Type.Array(ChatPerson),
      lastTime: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
});
const Room = Type.Object({
  room: Type.String(),
  people: Type.Array(ChatPerson),
  messages: Type.Array(ChatMessage),
  older: Type.Boolean(),
});
const Refusal = Type.Object({ text: Type.String() });

export type ChatRooms = Static<typeof Rooms>['rooms'];
export type ChatRoom = Static<typeof Room>;

/** The API does not answer now, or asks for patience; the same request may be made again. */
export class ChatAwayError extends Error {
  override readonly name = 'ChatAwayError';
  /** How long the API asks to wait, if it does. */
  readonly waitMs: number | undefined;
  constructor(text: string, waitMs?: number, cause?: unknown) {
    super(text, { cause });
    this.waitMs = waitMs;
  }
}

/** The API says no, in words for a person. */
export class ChatRefusalError extends Error {
  override readonly name = 'ChatRefusalError';
}

export class ChatApi {
  readonly #url: string;
  readonly #user: string;

  /** `url`: of the API, as http://host/api/v1. */
  constructor(url: string, user: string) {
    this.#url = url;
    this.#user = user;
  }

  async rooms(): Promise<ChatRooms> {
    return (await this.#ask('/chat/rooms', Rooms)).rooms;
  }

  /** The newest messages of a room, oldest first, and who is there. */
  room(room: string): Promise<ChatRoom> {
    return this.#ask(`/chat/rooms/${room}`, Room);
  }

  /** Says something; sent again with the same `sendId` it is said once. */
  say(room: string, text: string, sendId: string): Promise<ChatMessage> {
    return this.#ask(`/chat/rooms/${room}/messages`, ChatMessage, { user: this.#user, text, sendId });
  }

  /** Tells the others that this user is writing. */
  async tellTyping(room: string): Promise<void> {
    await this.#ask(`/chat/rooms/${room}/typing`, undefined, { user: this.#user });
  }

  /** Where the events of a room come from, after a message or from now on. */
  eventsUrl(room: string, after: string | undefined): string {
    const url = new URL(`${this.#url}/chat/rooms/${room}/events`);
    url.searchParams.set('user', this.#user);
    if (after !== undefined) url.searchParams.set('after', after);
    return url.href;
  }

  async #ask<T extends TSchema>(path: string, schema: T, body?: object): Promise<Static<T>>;
  async #ask(path: string, schema: undefined, body: object): Promise<void>;
  async #ask(path: string, schema: TSchema | undefined, body?: object): Promise<unknown> {
    const response = await this.#fetch(path, body);
    const content: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw explainRefusal(response, content);
    if (schema === undefined || Value.Check(schema, content)) return content;
    throw new ChatRefusalError(`What answers at ${this.#url} is no chat of a lab: is its address right?`);
  }

  async #fetch(path: string, body: object | undefined): Promise<Response> {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const request = body === undefined ? { signal } : { signal, method: 'POST', headers, body: JSON.stringify(body) };
    try {
      return await fetch(`${this.#url}${path}`, request);
    } catch (cause) {
      throw new ChatAwayError(`Nothing answers at ${this.#url}.`, undefined, cause);
    }
  }
}

function explainRefusal({ status, headers }: Response, content: unknown): Error {
  const text = Value.Check(Refusal, content) ? content.text.trim() : `The chat answers with status ${status}.`;
  if (status !== 429 && status < 500) return new ChatRefusalError(text);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new ChatAwayError(text, Number.isFinite(seconds) ? seconds * 1_000 : undefined);
}
