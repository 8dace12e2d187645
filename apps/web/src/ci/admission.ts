/** Decides whether a new run may be added: not too many of one address, not too many in all. */
import { TryAgainError } from '../errors.ts';
import type { CiRun } from './run.ts';
import type { NewRun, RunStore } from './run-store.ts';

/** Somebody who asks for a run without having proven who they are. */
export type Requester = {
  address: string;
  /** Counts a run that is about to start. @throws HttpError 429 where there were too many of late */
  countStart(): Promise<void>;
};

export type AdmissionOptions = {
  runs: Pick<RunStore, 'insert' | 'findActive' | 'countUnfinished'>;
  /** How many runs may be unfinished, of one address and in all. */
  unfinished: { ofAddress: number; inAll: number };
};

const RETRY_SECONDS = 30;

export class Admission {
  readonly #options: AdmissionOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Adds a run, or gives the unfinished one of the same commit, which costs nothing. Without a requester there is no limit.
   * @throws HttpError 429 where the address has too many, 503 where there are too many in all
   */
  admit(wanted: NewRun, requester: Requester | undefined): Promise<CiRun> {
    // One after the other: each is counted before the next one is looked at.
    const admitted = this.#last.then(() => this.#admit(wanted, requester));
    this.#last = admitted.catch(() => undefined);
    return admitted;
  }

  async #admit(wanted: NewRun, requester: Requester | undefined): Promise<CiRun> {
    const { runs } = this.#options;
    if (requester === undefined) return runs.insert(wanted);
    const active = await runs.findActive(wanted);
    if (active !== undefined) return active;
    await this.#refuseTooMany(requester.address);
    await requester.countStart();
    return runs.insert({ ...wanted, address: requester.address });
  }

  async #refuseTooMany(address: string): Promise<void> {
    const { runs, unfinished } = this.#options;
    const { ofAddress, inAll } = await runs.countUnfinished(address);
    if (ofAddress >= unfinished.ofAddress) {
      throw new TryAgainError(429, `Your address has ${ofAddress} runs that are not finished.`, RETRY_SECONDS);
    }
    if (inAll >= unfinished.inAll) {
      throw new TryAgainError(503, `The CI has ${inAll} runs that are not finished.`, RETRY_SECONDS);
    }
  }
}
