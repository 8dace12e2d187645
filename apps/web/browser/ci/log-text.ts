/** Turns the output of programs, as it comes piece by piece, into text to read. */

import { trimEnd } from '@cloud-lab/common/trim';

const ESC = String.fromCodePoint(0x1b);
const BEL = String.fromCodePoint(0x07);

/** Control sequences of terminals (ECMA-48): colours and cursor moves; titles of windows; the short ones. */
const SEQUENCES = new RegExp(
  [
    String.raw`${ESC}\[[0-?]*[ -/]*[@-~]`,
    String.raw`${ESC}[\]PX^_]\P{Cc}*(?:${BEL}|${ESC}\\)?`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'gu',
);
const CONTROLS = /(?![\t\n\r])\p{Cc}/gu;
const LONGEST_OPEN_LINE = 16_384;

export interface LogText {
  /** Takes a piece; gives the lines that are now complete, and the beginning of the next one as it is so far. */
  push(piece: string): { complete: string; open: string };
}

/** A reader of one log. A line that is written over (progress bars do that) is what it was last. */
export function createLogText(): LogText {
  let open = '';
  return {
    push(piece) {
      const text = open + piece;
      const end = text.length > LONGEST_OPEN_LINE && !text.includes('\n') ? text.length : text.lastIndexOf('\n') + 1;
      open = text.slice(end);
      return { complete: clean(text.slice(0, end)), open: clean(open) };
    },
  };
}

const clean = (text: string): string =>
  text.replace(SEQUENCES, '').split('\n').map(lastWritten).join('\n').replace(CONTROLS, '');

/** What a line shows at last: each carriage return begins it anew. */
function lastWritten(line: string): string {
  const shown = trimEnd(line, '\r');
  return shown.slice(shown.lastIndexOf('\r') + 1);
}
