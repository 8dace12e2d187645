/** Finds the addresses in a text; all else stays text. */

import { trimEnd } from '@cloud-lab/common/trim';

/** A piece of a text; with `href` it is an address. */
export interface TextPiece {
  text: string;
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/gi;
const BRACKETS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['[', ']'],
];

/** Cuts a text into its addresses (http and https) and what stands between them. */
export function splitLinks(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimAddress(match[0]);
    if (!URL.canParse(address) || new URL(address).hostname === '') continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** What ends a sentence, or closes a bracket that was opened before the address, is not part of it. */
function trimAddress(found: string): string {
  const address = trimEnd(found, '.,;:!?…*_');
  const isClosed = BRACKETS.some(
    ([open, close]) => address.endsWith(close) && count(address, close) > count(address, open),
  );
  return isClosed ? trimAddress(address.slice(0, -1)) : address;
}

const count = (text: string, character: string): number => text.split(character).length - 1;
