/** A set of numbers in one bit each, in pages that come as they are needed: a strange number costs a page, no more. */

const PAGE_BITS = 65_536;

export class NumberSet {
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether it was not there before. */
  add(number: number): boolean {
    const index = Math.floor(number / PAGE_BITS);
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BITS / 8);
      this.#pages.set(index, page);
    }
    const bit = number % PAGE_BITS;
    const mask = 1 << (bit & 7);
    const byte = page[bit >> 3] ?? 0;
    if ((byte & mask) !== 0) return false;
    page[bit >> 3] = byte | mask;
    this.#size += 1;
    return true;
  }
}
