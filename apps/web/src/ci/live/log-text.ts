/** Turns the bytes of a log into texts that never cut a character in two. */

/** How many of these bytes are whole UTF-8 characters: one that has begun at the end is left for later. */
export function countWhole(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (isContinuation) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Text, and where in the log it ends. */
export interface LogText {
  text: string;
  offset: number;
}

/** Puts pieces of a log together again at their seams. */
export class LogTexts {
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;

  /** The text of this piece, which ends at `offset`; undefined while there is no whole character yet. */
  add(bytes: Buffer, offset: number): LogText | undefined {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = countWhole(all);
    this.#rest = all.subarray(whole);
    this.#offset = offset;
    return whole === 0 ? undefined : { text: all.toString('utf8', 0, whole), offset: offset - this.#rest.length };
  }

  /** What is left at the end: a character that was never completed. */
  end(): LogText | undefined {
    const text = this.#rest.toString('utf8');
    this.clear();
    return text === '' ? undefined : { text, offset: this.#offset };
  }

  /** Forgets what is left, as the log begins anew. */
  clear(): void {
    this.#rest = Buffer.alloc(0);
  }
}
