/** Wakes everyone who waits for a change. */

/** Waiting costs nothing but a callback, and leaves nothing behind: many wait, often, for hours. */
export class Bell {
  readonly #waiting = new Set<() => void>();
  #rings = 0;

  /** How often it has rung; to be read before looking at what may change. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves when it has rung more often than `since`, or when `signal` aborts. */
  async wait(since: number, signal: AbortSignal): Promise<void> {
    if (this.#rings !== since || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const leave = (): void => resolve();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal.removeEventListener('abort', leave);
    }
  }
}
