/** The log of one run: an append blob that grows while the job runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppendBlobClient } from '@azure/storage-blob';
import type { Logger } from 'pino';

/** Whoever looks on sees a line soon after this; what is printed meanwhile goes with it. */
const GATHER_MS = 80;
/** Of one request to the storage. */
const MAX_BLOCK_BYTES = 1024 * 1024;
const CLOSE_LIMIT_MS = 30_000;
const RETRY_MS = 1_000;

/** Collects what is written and appends it to the blob within a tenth of a second, and in fewer pieces when it is much. */
export class JobLog {
  readonly #blob: AppendBlobClient;
  readonly #logger: Logger;
  #pending: Buffer[] = [];
  #flushing: Promise<void> | null = null;
  readonly #closing = new AbortController();
  #lost = false;

  private constructor(blob: AppendBlobClient, logger: Logger) {
    this.#blob = blob;
    this.#logger = logger;
  }

  /** Begins an empty log; one that an earlier runner left unfinished under this name goes. */
  static async create(blob: AppendBlobClient, logger: Logger, signal: AbortSignal): Promise<JobLog> {
    await blob.create({ blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' }, abortSignal: signal });
    return new JobLog(blob, logger);
  }

  write(chunk: Buffer): void {
    if (chunk.length === 0 || this.#closing.signal.aborted) return;
    this.#pending.push(chunk);
    this.#flushing ??= this.#flushLater();
  }

  writeLine(line: string): void {
    this.write(Buffer.from(`${line}\n`));
  }

  async #flushLater(): Promise<void> {
    await delay(GATHER_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    await this.#appendPending();
    this.#flushing = null;
    if (this.#pending.length > 0 && !this.#closing.signal.aborted) this.#flushing = this.#flushLater();
  }

  async #appendPending(): Promise<void> {
    while (this.#pending.length > 0) {
      const block = Buffer.concat(this.#pending);
      const sent = block.subarray(0, MAX_BLOCK_BYTES);
      this.#pending = block.length > sent.length ? [block.subarray(sent.length)] : [];
      try {
        await this.#blob.appendBlock(sent, sent.length);
        this.#lost = false;
      } catch (error) {
        this.#pending.unshift(sent);
        if (!this.#lost) this.#logger.warn({ err: error }, 'The log of the run cannot be written for now');
        this.#lost = true;
        await delay(RETRY_MS);
        return;
      }
    }
  }

  /** Writes what is left, for as long as half a minute when the storage doesn't answer. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#flushing;
    const limit = Date.now() + CLOSE_LIMIT_MS;
    while (this.#pending.length > 0 && Date.now() < limit) await this.#appendPending();
  }

  /** Stops at once and leaves what is not written: the job goes to another runner, which begins the log again. */
  abandon(): void {
    this.#closing.abort();
    this.#pending = [];
  }
}
