/** The requests that wait for runs to finish. */
import type { CiRun } from './run.ts';
import type { RunStore } from './run-store.ts';

type Waiter = { resolve(run: CiRun): void; reject(reason: unknown): void };

const POLL_MS = 1_000;

/** Wakes waiting requests: at once for results recorded here, within a second for those recorded by another process. */
export class RunWaiters {
  readonly #runs: Pick<RunStore, 'finishedAmong'>;
  readonly #pollMs: number;
  readonly #waiting = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(runs: Pick<RunStore, 'finishedAmong'>, pollMs: number = POLL_MS) {
    this.#runs = runs;
    this.#pollMs = pollMs;
  }

  /** How many requests wait now. */
  get size(): number {
    return [...this.#waiting.values()].reduce((sum, waiters) => sum + waiters.size, 0);
  }

  /** Resolves when the run is finished; there is no limit but the client's patience, told by `signal`. */
  async wait(id: string, signal: AbortSignal): Promise<CiRun> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<CiRun>();
    const waiter: Waiter = { resolve, reject };
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(waiter));
    // The run may have finished before anyone waited: the poll looks at the store at once.
    void this.#poll();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', leave);
      const waiters = this.#waiting.get(id);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#waiting.delete(id);
    }
  }

  /** Wakes those who wait for this finished run. */
  notify(run: CiRun): void {
    for (const waiter of this.#waiting.get(run.id) ?? []) waiter.resolve(run);
  }

  /** Sends everyone away with `reason`, as the process ends. */
  close(reason: Error): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.reject(reason);
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      for (const run of await this.#runs.finishedAmong([...this.#waiting.keys()])) this.notify(run);
    } catch {
      // The database is away: whoever waits keeps waiting, and the next look may succeed.
    }
    clearTimeout(this.#timer);
    this.#timer = this.#waiting.size > 0 ? setTimeout(() => void this.#poll(), this.#pollMs).unref() : undefined;
  }
}
