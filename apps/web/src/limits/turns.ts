/** Lets few do at a time what takes much memory; the others wait for their turn, each address after the other. */
import { TryAgainError } from '../errors.ts';

export type TurnsOptions = {
  atOnce: number;
  /** How long one waits for its turn. */
  waitSeconds: number;
};

const RETRY_SECONDS = 5;

export class Turns {
  readonly #options: TurnsOptions;
  /** By address, in the order of their next turns: who asks for much waits behind itself. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #running = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Does `work` in the turn of this address. @throws TryAgainError where it has to wait for too long */
  async run<T>(address: string, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#options.atOnce) this.#running += 1;
    else await this.#wait(address);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  #wait(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(limit);
        // Here, not where it goes on: nobody may take the place in between.
        this.#running += 1;
        resolve();
      };
      const limit = setTimeout(() => {
        this.#leave(address, begin);
        reject(new TryAgainError(503, 'The lab is busy.', RETRY_SECONDS));
      }, this.#options.waitSeconds * 1_000);
      this.#waiting.set(address, (this.#waiting.get(address) ?? new Set()).add(begin));
    });
  }

  /** Begins the next one that waits; its address comes last from now on. */
  #next(): void {
    for (const [address, own] of this.#waiting) {
      const [begin] = own;
      if (begin === undefined) continue;
      this.#leave(address, begin);
      if (this.#waiting.delete(address)) this.#waiting.set(address, own);
      begin();
      return;
    }
  }

  #leave(address: string, begin: () => void): void {
    const own = this.#waiting.get(address);
    own?.delete(begin);
    if (own?.size === 0) this.#waiting.delete(address);
  }
}
