/** Cuts what comes in pieces into lines, without keeping more than one that is not complete. */
import { StreamError } from '../client/errors.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** A broker takes no request that is much larger. */
const LONGEST_LINE = 64 * 1_048_576;

const withoutReturn = (line: Buffer): Buffer =>
  line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, line.length - 1) : line;

/**
 * The lines that each piece completes; the last one also without a newline.
 * @throws StreamError for a line that no broker would take.
 */
export async function* splitLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const piece of pieces) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      const line = piece.subarray(from, end);
      lines.push(withoutReturn(begun.length === 0 ? line : Buffer.concat([...begun, line])));
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    if (from < piece.length) {
      begun.push(piece.subarray(from));
      begunBytes += piece.length - from;
      if (begunBytes > LONGEST_LINE) throw new StreamError('A line of the input is longer than 64 MiB.');
    }
    if (lines.length > 0) yield lines;
  }
  if (begun.length > 0) yield [withoutReturn(Buffer.concat(begun))];
}
