/** The numbered messages of a load: `#<run> <number> ` and letters up to a size, so that each of them can be accounted for. */

const HASH = 35;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const LONGEST_RUN = 32;
const LONGEST_NUMBER = 12;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

export interface LoadMessage {
  run: string;
  /** From 1 on. */
  number: number;
}

/** Makes the values of one run; a size that is too small for run and number is exceeded by them. */
export function loadValues(run: string, size: number): (number: number) => string {
  const letters = LETTERS.repeat(Math.ceil(size / LETTERS.length));
  return (number) => {
    const head = `#${run} ${number} `;
    return head + letters.slice(0, Math.max(0, size - head.length));
  };
}

/** Which message of which run it is; nothing for any other message. */
export function parseLoadMessage(value: Buffer): LoadMessage | undefined {
  if (value[0] !== HASH) return undefined;
  const runEnd = value.indexOf(SPACE);
  if (runEnd < 2 || runEnd > LONGEST_RUN + 1) return undefined;
  let number = 0;
  let at = runEnd + 1;
  for (; at < value.length && at <= runEnd + LONGEST_NUMBER; at++) {
    const digit = value[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    number = number * 10 + digit - ZERO;
  }
  if (number === 0 || value[at] !== SPACE) return undefined;
  return { run: value.toString('latin1', 1, runEnd), number };
}
