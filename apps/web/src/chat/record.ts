/** Messages of the chat on their topic: what is written there, and what is read from it, whoever wrote it. */
import { CHAT_LIMITS, formatMessage, parseMessage, ROOM_PATTERN, USER_PATTERN } from '@cloud-lab/common/chat';

/** A message as it is written to the topic: `key` is the room. */
export interface ChatWrite {
  key: string;
  value: string;
  headers: Record<string, string>;
}

/** A message as it is found there. */
export interface ChatRecord {
  key: string | undefined;
  value: string | undefined;
  headers: Readonly<Record<string, string>>;
  time: Date;
}

/** What somebody says in a room. */
export interface Saying {
  room: string;
  /** Empty for a program that names nobody. */
  user: string;
  text: string;
  sendId: string | undefined;
}

/** The name under which a sender sends something; a repeated one is shown once. */
export const SEND_ID_PATTERN = '^[A-Za-z0-9_-]{1,64}$';

const SEND_ID_HEADER = 'send-id';
/** Of a batch with one record: its head, and the header with the name of the sending. */
const RECORD_OVERHEAD_BYTES = 200;
const ROOM = new RegExp(ROOM_PATTERN, 'u');
const USER = new RegExp(USER_PATTERN, 'u');
const SEND_ID = new RegExp(SEND_ID_PATTERN, 'u');
/** All but the newline and the tab, which move nothing but the text itself. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

export const isRoom = (room: string): boolean => ROOM.test(room);
export const isUser = (user: string): boolean => USER.test(user);

/** How long a text is as people count: in characters, not in halves of them. */
export const lengthOf = (text: string): number => [...text].length;

/** The message for what is said. */
export function writeSaying({ room, user, text, sendId }: Saying): ChatWrite {
  const headers: Record<string, string> = sendId === undefined ? {} : { [SEND_ID_HEADER]: sendId };
  return { key: room, value: formatMessage(user, text), headers };
}

/** About how many bytes of the topic a message takes: its text, and what the broker keeps beside it. */
export const sizeOnTopic = ({ room, user, text }: Saying): number =>
  Buffer.byteLength(`${room}${user}${text}`) + RECORD_OVERHEAD_BYTES;

/**
 * What a message says; undefined where it belongs to no room or says nothing. Programs may write what no client of ours would:
 * it is shown as plain text, cut where it is too long, and without what would move a terminal's cursor.
 */
export function readSaying({ key, value, headers }: ChatRecord): Saying | undefined {
  if (key === undefined || value === undefined || !isRoom(key)) return undefined;
  const { user, text } = parseMessage(value);
  const shown = isUser(user) ? { user, text } : { user: '', text: value };
  const clean = cut(shown.text.replaceAll('\r\n', '\n').replace(CONTROL, '\u{fffd}').trim());
  const sendId = headers[SEND_ID_HEADER];
  if (clean === '') return undefined;
  return { room: key, user: shown.user, text: clean, sendId: sendId && SEND_ID.test(sendId) ? sendId : undefined };
}

function cut(text: string): string {
  if (text.length <= CHAT_LIMITS.text) return text;
  // A character has at most two halves.
  const characters = [...text.slice(0, 2 * (CHAT_LIMITS.text + 1))];
  return characters.length <= CHAT_LIMITS.text ? text : `${characters.slice(0, CHAT_LIMITS.text - 1).join('')}…`;
}
