/** The last part of a log that grows, read once for all who follow it. */
import type { ReportStore } from '../report-store.ts';

const KEPT_BYTES = 1024 * 1024;

export class LogTail {
  readonly #runId: string;
  readonly #reports: Pick<ReportStore, 'log'>;
  #start: number;
  #bytes: Buffer = Buffer.alloc(0);
  #begunAt: Date | undefined;
  #restarts = 0;

  /** A tail that begins at `start` (bytes), where the first follower is. */
  constructor(runId: string, start: number, reports: Pick<ReportStore, 'log'>) {
    this.#runId = runId;
    this.#start = start;
    this.#reports = reports;
  }

  /** How often the log began anew, as it does when another runner takes the job. */
  get restarts(): number {
    return this.#restarts;
  }

  get #end(): number {
    return this.#start + this.#bytes.length;
  }

  /** Reads on; says whether anything came, and whether that was all there is by now. Rejects as the storage does. */
  async read(): Promise<{ grew: boolean; complete: boolean }> {
    const at = this.#end;
    const { bytes, size, begunAt } = await this.#reports.log(this.#runId, at);
    if (size < at || isOther(begunAt, this.#begunAt)) {
      this.#start = 0;
      this.#bytes = Buffer.alloc(0);
      this.#begunAt = begunAt;
      this.#restarts += 1;
      return { grew: true, complete: false };
    }
    this.#begunAt = begunAt ?? this.#begunAt;
    if (bytes.length === 0) return { grew: false, complete: true };
    const all = Buffer.concat([this.#bytes, bytes]);
    this.#bytes = all.subarray(Math.max(all.length - KEPT_BYTES, 0));
    this.#start = at + bytes.length - this.#bytes.length;
    return { grew: true, complete: this.#end >= size };
  }

  /** What is known of the log from `offset` on; undefined where that lies before what is kept. */
  from(offset: number): Buffer | undefined {
    return offset < this.#start ? undefined : this.#bytes.subarray(offset - this.#start);
  }
}

const isOther = (now: Date | undefined, before: Date | undefined): boolean =>
  now !== undefined && before !== undefined && now.getTime() !== before.getTime();
