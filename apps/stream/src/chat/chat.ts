/** The chat: what is typed is said, what is said is shown. */

import { CHAT_LIMITS, type ChatMessage, type ChatPerson, USER_PATTERN } from '@cloud-lab/common/chat';
import { trimEnd } from '@cloud-lab/common/trim';
import { ArgumentsError, textOf } from '../arguments.ts';
import { StreamError } from '../client/errors.ts';
import { readClientFile } from '../client-file.ts';
import type { Program } from '../command-line.ts';
import { userName } from '../messages.ts';
import { ChatApi } from './chat-api.ts';
import { DEFAULT_ROOM, parseRoom } from './command.ts';
import { Outbox } from './outbox.ts';
import { RoomFeed } from './room-feed.ts';
import { Screen } from './screen.ts';
import { describeChanges, describeMessage, describeTyping, harmless } from './show-chat.ts';

/** How long lines that are not sent yet are tried when one leaves. */
const LEAVE_LIMIT_MS = 10_000;
/** The others are told so often that somebody is writing. */
const TYPING_MS = 3_000;

const HELP = `/people        who is here
/rooms         rooms, and who is in them
/join ROOM     go to another room
/quit          leave, as Ctrl-C and Ctrl-D do
//text         say "/text"`;

/** Runs the program; gives its exit code. */
export async function chat({ flags, stop, say }: Program): Promise<number> {
  const user = findUser(textOf(flags, 'user'));
  const session = new ChatSession(new ChatApi(findUrl(flags), user), user, flags.json === true, say);
  stop.signal.addEventListener('abort', () => session.leave(), { once: true });
  const unsent = await session.run(textOf(flags, 'room') ?? DEFAULT_ROOM);
  for (const text of unsent) say(`Not sent: ${harmless(text)}`);
  return unsent.length > 0 ? 1 : stop.exitCode;
}

function findUser(given: string | undefined): string {
  const name = given ?? userName(process.env);
  if (new RegExp(USER_PATTERN, 'u').test(name)) return name;
  throw new ArgumentsError(`chat: ${JSON.stringify(name)} cannot be a name in the chat: give another with --user`, 2);
}

function findUrl(flags: Program['flags']): string {
  const url = textOf(flags, 'url') ?? readClientFile(textOf(flags, 'stack'), process.env)?.apiUrl;
  if (url !== undefined) return trimEnd(url, '/');
  throw new StreamError('There is no lab on this machine: ./lab up brings one up, or give --url http://HOST/api/v1.');
}

class ChatSession {
  readonly #api: ChatApi;
  readonly #user: string;
  readonly #json: boolean;
  readonly #left = Promise.withResolvers<void>();
  readonly #outbox: Outbox;
  readonly #screen: Screen;
  #room = '';
  #feed: RoomFeed | undefined;
  #people: ChatPerson[] | undefined;
  #toldTyping = 0;

  constructor(api: ChatApi, user: string, json: boolean, say: (text: string) => void) {
    this.#api = api;
    this.#user = user;
    this.#json = json;
    const tell = (text: string) => (this.#screen.isInteractive ? this.#screen.print(text) : say(text));
    this.#tell = tell;
    this.#screen = new Screen({
      input: process.stdin,
      output: process.stdout,
      onLine: (text) => this.#handle(text.trim()),
      onTyping: () => this.#tellTyping(),
      onEnd: () => this.leave(),
    });
    this.#outbox = new Outbox({
      api,
      onKept: (text, reason) => tell(`Not sent yet, kept: ${harmless(text)} (${harmless(reason)})`),
      onRefused: (text, reason) => tell(`Not sent: ${harmless(text)} (${harmless(reason)})`),
    });
  }

  readonly #tell: (text: string) => void;

  /** Resolves when one has left, with the lines that could not be sent. */
  async run(room: string): Promise<string[]> {
    await this.#join(room);
    try {
      await this.#left.promise;
      await this.#outbox.flush(LEAVE_LIMIT_MS);
    } finally {
      this.#feed?.close();
      this.#screen.close();
    }
    return this.#outbox.waiting;
  }

  leave(): void {
    this.#left.resolve();
  }

  async #join(room: string): Promise<void> {
    this.#feed?.close();
    this.#room = room;
    this.#people = undefined;
    if (this.#screen.isInteractive)
      this.#tell(`* You are ${this.#user} in the room ${room}; /help shows the commands.`);
    this.#feed = new RoomFeed(this.#api, room, {
      onMessage: (message) => this.#show(message),
      onPeople: (people) => this.#noticePeople(people),
      onAway: () => this.#tell('* The chat does not answer, trying again...'),
      onBack: () => this.#tell('* The chat is back.'),
      onFailure: (error) => this.#left.reject(new StreamError(error.message, { cause: error })),
    });
    await this.#feed.open();
  }

  #show(message: ChatMessage): void {
    if (this.#json) this.#screen.print(JSON.stringify(message));
    else this.#screen.print(describeMessage(message, this.#screen.hasColours));
  }

  #noticePeople(people: ChatPerson[]): void {
    const before = this.#people;
    this.#people = people;
    if (before !== undefined && !this.#json) for (const line of describeChanges(before, people)) this.#tell(line);
    this.#screen.note(describeTyping(people, this.#user));
  }

  #tellTyping(): void {
    if (Date.now() - this.#toldTyping < TYPING_MS) return;
    this.#toldTyping = Date.now();
    this.#api.tellTyping(this.#room).catch(() => undefined);
  }

  #handle(text: string): void {
    if (text === '') return;
    if (text.startsWith('/') && !text.startsWith('//')) {
      this.#obey(text).catch((error: Error) => this.#tell(`* ${harmless(error.message)}`));
      return;
    }
    const words = text.startsWith('//') ? text.slice(1) : text;
    if (words.length > CHAT_LIMITS.text) {
      this.#tell(`* Not sent: a message has ${CHAT_LIMITS.text} characters at most, this one has ${words.length}.`);
      return;
    }
    this.#toldTyping = 0;
    this.#outbox.add(this.#room, words);
  }

  async #obey(text: string): Promise<void> {
    const [command, argument] = text.split(/\s+/);
    if (command === '/quit') this.leave();
    else if (command === '/help') this.#tell(HELP);
    else if (command === '/people') this.#tell(`* ${namesOf(this.#people ?? [])}`);
    else if (command === '/rooms') await this.#listRooms();
    else if (command === '/join' && argument !== undefined) await this.#join(parseRoom(argument));
    else this.#tell(`* There is no command ${harmless(text)}; /help shows those that there are.`);
  }

  async #listRooms(): Promise<void> {
    const rooms = await this.#api.rooms();
    if (rooms.length === 0) this.#tell('* There is no room yet.');
    for (const { room, people } of rooms) this.#tell(`* ${harmless(room)}: ${namesOf(people)}`);
  }
}

const namesOf = (people: readonly ChatPerson[]): string =>
  people.length === 0 ? 'nobody' : people.map(({ user }) => harmless(user)).join(', ');
