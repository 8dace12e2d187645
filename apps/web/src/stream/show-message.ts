/** Messages as they can be shown: short, and as text whatever their bytes are. */
import type { KafkaMessage } from 'kafkajs';
import type { StreamMessage } from '../schemas/stream.ts';

/** Characters that are shown of a value, of a key, and of a value that someone looks at by itself. */
export const SHOWN = { value: 200, key: 100, whole: 4_000 } as const;

/** A message with as much of its value as can be asked for. */
export type KeptMessage = StreamMessage & { whole: string | null };

/** A character takes 4 bytes at most. */
const BYTES = 4;
const CONTROL = /[\p{Cc}\p{Co}\p{Cn}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu;
const WITHOUT_LINES = /[^\n\t]/;

/** The text in these bytes, at most `limit` characters; what is no UTF-8 or cannot be seen becomes an escape. */
export function showBytes(bytes: Uint8Array, limit: number): string {
  const shown = cut(decode(bytes.subarray(0, limit * BYTES)), limit);
  return cut(
    shown.replace(CONTROL, (character) => (WITHOUT_LINES.test(character) ? escapeCharacter(character) : character)),
    limit,
  );
}

/** Takes what is shown of a message; nothing of it refers to the memory that it came in. */
export function showMessage(partition: number, message: KafkaMessage): KeptMessage {
  const { key, value } = message;
  const whole = value === null ? null : showBytes(value, SHOWN.whole);
  return {
    partition,
    offset: Number(message.offset),
    time: new Date(Number(message.timestamp)).toISOString(),
    key: key === null ? null : showBytes(key, SHOWN.key),
    value: whole === null ? null : cut(whole, SHOWN.value),
    bytes: value?.length ?? 0,
    whole,
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodePieces(bytes);
  }
}

/** Goes from character to character, as some of the bytes are none. */
function decodePieces(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOf(bytes[at] ?? 0);
    const piece = bytes.subarray(at, at + length);
    const character = decodeOne(piece);
    text += character ?? `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
    at += character === undefined ? 1 : length;
  }
  return text;
}

function decodeOne(piece: Uint8Array): string | undefined {
  try {
    return strict.decode(piece);
  } catch {
    return undefined;
  }
}

/** How many bytes a character has that begins with this one. */
const lengthOf = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

const escapeCharacter = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** Never between the two halves of a character. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}
