/** Parses what a run left as JSON, within the memory of this process. */
import { MAX_DOCUMENT_BYTES } from '@cloud-lab/common/ci-messages';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { HttpError } from '../errors.ts';

/** Objects, lists and their elements of a document: in memory each takes up to thirty times its bytes. */
const MAX_VALUES = 250_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What begins an object or a list, or goes on to its next element. */
const STARTS = new Set(['{', '[', ','].map((character) => character.charCodeAt(0)));

/**
 * Returns the document without what the schema does not know.
 * @throws HttpError 404 where it is too large to be shown, Error where it is not of the agreed shape
 */
export function parseDocument<T extends TSchema>(name: string, bytes: Buffer, schema: T): Static<T> {
  if (bytes.length > MAX_DOCUMENT_BYTES || hasTooManyValues(bytes)) throw tooLarge();
  const document: unknown = Value.Clean(schema, JSON.parse(bytes.toString('utf8')));
  if (!Value.Check(schema, document)) throw new Error(`${name} is not of the agreed shape`);
  return document;
}

/** The refusal of a document that is too large. */
export const tooLarge = (): HttpError =>
  new HttpError(404, 'What this run left is too large to be shown here. Its log and its report are there.');

/** Counts before anything is made of the text. */
function hasTooManyValues(bytes: Buffer): boolean {
  let values = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isText && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && STARTS.has(byte)) values += 1;
  }
  return values > MAX_VALUES;
}
