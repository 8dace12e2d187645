/** What requests to the chat hold: rooms, names, places, texts; each refused in words. */
import { CHAT_LIMITS } from '@cloud-lab/common/chat';
import type { RoomPlace } from '../chat/chat.ts';
import { parseId } from '../chat/reach.ts';
import { isRoom, isUser, lengthOf } from '../chat/record.ts';
import { HttpError } from '../errors.ts';
import { ROOM_WORDS, USER_WORDS } from '../schemas/chat.ts';

/** A query as it arrives. */
export type Query = Record<string, unknown>;

// Newlines are the only ones that a text may hold.
const CONTROL = /[^\P{Cc}\n]/u;

/** The room that an address names. */
export function readRoom(room: string): string {
  if (!isRoom(room)) throw new HttpError(400, ROOM_WORDS);
  return room;
}

/** The name in a query; undefined when there is none. */
export function readUser(query: Query): string | undefined {
  const user = single(query, 'user');
  if (user !== undefined && !isUser(user)) throw new HttpError(400, USER_WORDS);
  return user;
}

/** The place that an id names. */
export function readPlace(name: string, id: string): RoomPlace {
  const place = parseId(id);
  if (place === undefined) {
    throw new HttpError(400, `\`${name}\` must be the id of a message of this room, such as 3:120.`);
  }
  return place;
}

/** A parameter of a query that may be there once. */
export function single(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new HttpError(400, `\`${name}\` was given more than once.`);
}

/** What somebody says, without the space around it. */
export function readText(given: string): string {
  const text = given.replaceAll('\r\n', '\n').trim();
  const length = lengthOf(text);
  if (length === 0) throw new HttpError(400, '`text` is empty: a message has at least one character.');
  if (length > CHAT_LIMITS.text) {
    throw new HttpError(
      400,
      `\`text\` has ${length} characters, and a message at most ${CHAT_LIMITS.text}. Make two of it.`,
    );
  }
  if (CONTROL.test(text)) {
    throw new HttpError(
      400,
      '`text` holds a control character: only line breaks are possible. Write spaces for a tab.',
    );
  }
  return text;
}
