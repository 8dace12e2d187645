/** Tells the other processes of our people: one statement after the other, so that the newest is the last. */

export class StatementSender {
  readonly #send: (rooms: string[]) => Promise<void>;
  readonly #waiting = new Set<string>();
  #sending: Promise<void> | undefined;

  /** `send` states how these rooms are now; one that fails is said again with the next regular one. */
  constructor(send: (rooms: string[]) => Promise<void>) {
    this.#send = send;
  }

  /** Has these rooms told of soon; many changes become one statement. */
  tell(rooms: Iterable<string>): void {
    for (const room of rooms) this.#waiting.add(room);
    if (this.#waiting.size > 0) this.#sending ??= this.#sendAll();
  }

  /** Resolves when nothing waits to be sent any more. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const rooms = [...this.#waiting];
      this.#waiting.clear();
      await this.#send(rooms).catch(() => undefined);
    }
    this.#sending = undefined;
  }
}
