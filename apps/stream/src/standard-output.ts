/** Standard output at the pace of whoever reads it, quiet when they stop reading. */
import type { Writable } from 'node:stream';

export class StandardOutput {
  readonly #stream: Writable & { isTTY?: boolean };
  #gone = false;

  /** `onGone` is called when nobody reads any more, as after head(1). */
  constructor(stream: Writable & { isTTY?: boolean }, onGone: () => void) {
    this.#stream = stream;
    stream.on('error', () => {
      this.#gone = true;
      onGone();
    });
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Resolves when the text has left this process: true, or false when nobody reads any more. */
  write(text: string): Promise<boolean> {
    if (this.#gone) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#stream.write(text, (error) => resolve(error === null || error === undefined));
    });
  }

  /** Resolves when everything has left. */
  async end(): Promise<void> {
    await this.write('');
  }
}
