/** A message as a line: its value as text, or everything of it as JSON. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from '../client/client.ts';

const LONGEST_CHARACTER = 4;

const escapeByte = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** Text of bytes; what is no UTF-8 as \xNN. */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text += length === 0 ? escapeByte(bytes[at] ?? 0) : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the character that begins here, 0 where none does. */
function characterLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

/** Makes text harmless for a terminal: control characters as \xNN, but for newline and tab. */
export const escapeControls = (text: string): string =>
  // Told apart by number, as a pattern with control characters is hard to read.
  text.replace(/\p{Cc}/gu, (character) =>
    character === '\n' || character === '\t' ? character : escapeByte(character.codePointAt(0) ?? 0),
  );

/** The value as text; nothing for a message without one. */
export function formatValue({ value }: IncomingMessage, forTerminal: boolean): string {
  const text = value === undefined ? '' : decodeText(value);
  return forTerminal ? escapeControls(text) : text;
}

type Bytes = Buffer | undefined;

/** As text where it is UTF-8, in base64 under another name where it is not; null where there is none. */
const namedBytes = (name: string, bytes: Bytes): Record<string, string | null> => {
  if (bytes === undefined || bytes === null) return { [name]: null };
  return isUtf8(bytes) ? { [name]: bytes.toString() } : { [`${name}Base64`]: bytes.toString('base64') };
};

/** The message as one line of JSON; JSON escapes control characters itself. */
export function formatJson(topic: string, message: IncomingMessage): string {
  const { partition, offset, key, value, headers, timestamp } = message;
  return JSON.stringify({
    topic,
    partition,
    offset: Number(offset),
    ...namedBytes('key', key),
    ...namedBytes('value', value),
    headers: Object.fromEntries(headers.map(([name, content]) => [decodeText(name), decodeText(content)])),
    timestamp: describeTime(timestamp),
  });
}

/** ISO 8601; null for a time that no calendar has. */
function describeTime(timestamp: bigint): string | null {
  const time = new Date(Number(timestamp));
  return timestamp < 0n || Number.isNaN(time.getTime()) ? null : time.toISOString();
}
