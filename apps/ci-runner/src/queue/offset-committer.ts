/** Marks as done, in Kafka, what is done here: soon, all at once, and again where the group refuses for a while. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** A group that is just forming anew refuses commits. */
const PAUSE_MS = 500;
const TRIES_IN_SILENCE = 20;

/** The offset of the first message of a partition that is not done. */
export interface PartitionOffset {
  partition: number;
  offset: number;
}

/** What the committer needs. */
export interface OffsetCommitterOptions {
  logger: Logger;
  /** What has to be committed; asked until it is nothing. */
  due: () => PartitionOffset[];
  /** Commits. Throws where the group does not take it now. */
  commit: (offsets: PartitionOffset[]) => Promise<void>;
}

/** Commits in the background; never throws. */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions;
  #committing: Promise<void> | null = null;
  #closed = false;

  constructor(options: OffsetCommitterOptions) {
    this.#options = options;
  }

  /** Commits what is due, in the background. */
  commitSoon(): void {
    if (this.#closed || this.#options.due().length === 0) return;
    this.#committing ??= this.#commitAll().finally(() => {
      this.#committing = null;
    });
  }

  /** Commits what is due, and gives up after `limit` milliseconds. */
  async close(limit: number): Promise<void> {
    this.commitSoon();
    const enough = new AbortController();
    await Promise.race([this.#committing, delay(limit, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
    this.#closed = true;
  }

  async #commitAll(): Promise<void> {
    const { commit, due, logger } = this.#options;
    let failures = 0;
    for (let offsets = due(); offsets.length > 0 && !this.#closed; offsets = due()) {
      try {
        await commit(offsets);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === TRIES_IN_SILENCE) {
          logger.warn({ err: error, offsets }, 'Jobs that have ended cannot be marked as done yet');
        }
        await delay(PAUSE_MS);
      }
    }
  }
}
