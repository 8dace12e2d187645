/** Looks at Kafka about once a second for as long as somebody is there, once for all of them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Bell } from '../ci/live/bell.ts';
import type { KafkaState } from './compose-state.ts';
import type { KafkaReader } from './kafka-reader.ts';

export interface WatcherOptions {
  reader: KafkaReader;
  log: Pick<Logger, 'debug'>;
  /** Told of each state, before whoever waits. */
  onState?: (state: KafkaState) => void;
  /** Told of each look, also where Kafka did not answer. */
  onLook?: () => void;
  /** Between two looks, in milliseconds (1000). */
  everyMs?: number;
  /** Between two looks while Kafka is away, in milliseconds (2000). */
  awayMs?: number;
  /** For which it goes on looking after the last one has left, in milliseconds (5000). */
  graceMs?: number;
}

export const AWAY = 'Kafka does not answer. What is shown may be old; this goes on by itself when it is back.';

export class Watcher {
  readonly #options: WatcherOptions;
  /** Rings at each new state, and when Kafka goes away. */
  readonly changed = new Bell();
  readonly #stopping = new AbortController();
  #viewers = 0;
  #leftAt = 0;
  #loop: Promise<void> | undefined;
  #hurry = Promise.withResolvers<void>();
  #state: KafkaState | undefined;
  #seenAt = 0;
  #problem: string | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  get state(): KafkaState | undefined {
    return this.#state;
  }

  /** Why the state is old, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Whether it looks at all now. */
  get isLooking(): boolean {
    return this.#loop !== undefined;
  }

  /** How many are there. */
  get viewers(): number {
    return this.#viewers;
  }

  /** Begins to look, if it does not; to be undone by calling what it gives, once. */
  enter(): () => void {
    this.#viewers += 1;
    this.#loop ??= this.#lookOn();
    return () => {
      this.#viewers -= 1;
      this.#leftAt = Date.now();
    };
  }

  /** Looks at once: something has just happened. */
  lookNow(): void {
    this.#hurry.resolve();
  }

  /** Resolves with a state of now, or undefined when Kafka is away; waits as long as one look takes. */
  async fresh(maxAgeMs: number): Promise<KafkaState | undefined> {
    const leave = this.enter();
    try {
      while (!this.#stopping.signal.aborted) {
        const { rings } = this.changed;
        if (this.#problem === null && Date.now() - this.#seenAt <= maxAgeMs) return this.#state;
        await this.changed.wait(rings, this.#stopping.signal);
        if (this.#problem !== null) return undefined;
      }
      return undefined;
    } finally {
      leave();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#hurry.resolve();
    await this.#loop;
    await this.#options.reader.close().catch(() => undefined);
  }

  async #lookOn(): Promise<void> {
    do {
      await this.#look();
      await this.#options.reader.close().catch(() => undefined);
      // Somebody may have come while it closed.
    } while (this.#viewers > 0 && !this.#stopping.signal.aborted);
    this.#loop = undefined;
  }

  async #look(): Promise<void> {
    const { reader, log, everyMs = 1_000, awayMs = 2_000, graceMs = 5_000 } = this.#options;
    const { signal } = this.#stopping;
    const isWanted = (): boolean => this.#viewers > 0 || Date.now() - this.#leftAt < graceMs;
    while (!signal.aborted && isWanted()) {
      this.#hurry = Promise.withResolvers();
      let pause = everyMs;
      try {
        this.#note(await reader.read());
      } catch (err) {
        if (this.#problem === null) log.debug({ err }, 'cannot look at Kafka');
        this.#problem = AWAY;
        pause = awayMs;
      }
      this.changed.ring();
      this.#options.onLook?.();
      if (signal.aborted) return;
      const ended = new AbortController();
      const paused = delay(pause, undefined, { signal: ended.signal }).catch(() => undefined);
      await Promise.race([paused, this.#hurry.promise]);
      ended.abort();
    }
    this.#seenAt = 0;
  }

  #note(state: KafkaState): void {
    this.#state = state;
    this.#seenAt = Date.now();
    this.#problem = null;
    this.#options.onState?.(state);
  }
}
