/** Counts what is open at the same time: by address, and in all. */
import { TryAgainError } from '../errors.ts';

export type OpenSlotsOptions = {
  inAll: number;
  ofAddress: number;
  /** What is counted, as it reads after a number. */
  what: string;
};

const RETRY_SECONDS = 5;

export class OpenSlots {
  readonly #options: OpenSlotsOptions;
  readonly #byAddress = new Map<string, number>();
  #open = 0;

  constructor(options: OpenSlotsOptions) {
    this.#options = options;
  }

  /**
   * Takes a slot; without an address, only the number in all counts.
   * @returns what gives the slot back, once
   * @throws HttpError 429 where the address has too many, 503 where all together have
   */
  take(address: string | undefined): () => void {
    const { inAll, ofAddress, what } = this.#options;
    const own = address === undefined ? 0 : (this.#byAddress.get(address) ?? 0);
    if (address !== undefined && own >= ofAddress) {
      throw new TryAgainError(429, `Your address has ${own} ${what} open.`, RETRY_SECONDS);
    }
    if (this.#open >= inAll) {
      throw new TryAgainError(503, `The lab has ${inAll} ${what} open.`, RETRY_SECONDS);
    }
    this.#open += 1;
    if (address !== undefined) this.#byAddress.set(address, own + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#open -= 1;
      if (address === undefined) return;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }
}
