/** Line numbers as ranges: a commit may change millions of lines in one piece. */

interface Range {
  first: number;
  last: number;
}

/** Ranges of lines of one file, added in their order. */
export class LineRanges {
  readonly #ranges: Range[] = [];

  /** How many ranges there are. */
  get size(): number {
    return this.#ranges.length;
  }

  /** Adds `count` lines from `first` on; they come after those before. */
  add(first: number, count: number): void {
    const before = this.#ranges.at(-1);
    const last = first + count - 1;
    if (before !== undefined && before.last + 1 === first) before.last = last;
    else this.#ranges.push({ first, last });
  }

  /** Whether a line is among them. */
  includes(line: number): boolean {
    let [low, high] = [0, this.#ranges.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.#ranges[middle];
      if (range === undefined) return false;
      if (line < range.first) high = middle - 1;
      else if (line > range.last) low = middle + 1;
      else return true;
    }
    return false;
  }
}
