/** The log of one run: an append blob that grows while the job runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppendBlobClient } from '@azure/storage-blob';
import type { Logger } from 'pino';

const FLUSH_EVERY_MS = 400;
/** Of one request to the storage. */
const MAX_BLOCK_BYTES = 1024 * 1024;
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const CLOSE_LIMIT_MS = 30_000;
const CUT = Buffer.from('\n[The log is cut here: it is longer than 10 MiB.]\n');

/** Collects what is written and appends it to the blob at least twice a second. */
export class JobLog {
  readonly #blob: AppendBlobClient;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #pending: Buffer[] = [];
  #room = MAX_LOG_BYTES;
  #flushing: Promise<void> = Promise.resolve();
  #lost = false;

  private constructor(blob: AppendBlobClient, logger: Logger) {
    this.#blob = blob;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#flush(), FLUSH_EVERY_MS);
  }

  /** Begins an empty log; one that an earlier runner left unfinished under this name goes. */
  static async create(blob: AppendBlobClient, logger: Logger, signal: AbortSignal): Promise<JobLog> {
    await blob.create({ blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' }, abortSignal: signal });
    return new JobLog(blob, logger);
  }

  write(chunk: Buffer): void {
    if (this.#room <= 0) return;
    const kept = chunk.subarray(0, this.#room);
    this.#room -= kept.length;
    this.#pending.push(kept);
    if (this.#room === 0) this.#pending.push(CUT);
  }

  writeLine(line: string): void {
    this.write(Buffer.from(`${line}\n`));
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#appendPending());
    return this.#flushing;
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
        return;
      }
    }
  }

  /** Writes what is left, for as long as half a minute when the storage doesn't answer. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const limit = Date.now() + CLOSE_LIMIT_MS;
    await this.#flush();
    while (this.#pending.length > 0 && Date.now() < limit) {
      await delay(1_000);
      await this.#flush();
    }
  }

  /** Stops at once and leaves what is not written: the job goes to another runner, which begins the log again. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#pending = [];
  }
}
