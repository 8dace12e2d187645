/** What a load did: how many messages were acknowledged, how fast, and how long each request took. */
import { createHistogram, performance } from 'node:perf_hooks';

export interface LoadSummary {
  run: string;
  acknowledged: number;
  /** Sent, and not acknowledged; they may have arrived all the same. */
  failed: number;
  /** Never sent, as the load ended before. */
  unsent: number;
  /** Requests that were made again. */
  retried: number;
  seconds: number;
  messagesPerSecond: number;
  /** Of values, 1 MB = 1 000 000 bytes. */
  megabytesPerSecond: number;
  /** From the request to its acknowledgement, in milliseconds; absent where nothing was acknowledged. */
  latencyMs?: { p50: number; p95: number; p99: number; max: number };
}

const round = (number: number, digits: number): number => Number(number.toFixed(digits));

export class LoadCounts {
  readonly #run: string;
  readonly #count: number;
  readonly #histogram = createHistogram();
  readonly #begun = performance.now();
  #acknowledged = 0;
  #bytes = 0;
  #failed = 0;
  #retried = 0;
  #last = this.#begun;

  constructor(run: string, count: number) {
    this.#run = run;
    this.#count = count;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** A request was acknowledged after so many milliseconds. */
  acknowledge(messages: number, bytes: number, ms: number): void {
    this.#acknowledged += messages;
    this.#bytes += bytes;
    this.#last = performance.now();
    // Whole microseconds, from 1 on, are what a histogram takes.
    this.#histogram.record(Math.max(1, Math.round(ms * 1_000)));
  }

  fail(messages: number): void {
    this.#failed += messages;
  }

  retry(): void {
    this.#retried += 1;
  }

  /** Where it is now. */
  describe(): string {
    const seconds = (performance.now() - this.#begun) / 1_000;
    const retried = this.#retried === 0 ? '' : `, ${this.#retried} requests tried again`;
    const rate = Math.round(this.#acknowledged / Math.max(seconds, 0.001));
    return `${this.#acknowledged} of ${this.#count} messages acknowledged, ${rate} a second${retried}`;
  }

  summarize(): LoadSummary {
    const seconds = Math.max((this.#last - this.#begun) / 1_000, 0.000_001);
    const at = (percentile: number) => round(this.#histogram.percentile(percentile) / 1_000, 1);
    return {
      run: this.#run,
      acknowledged: this.#acknowledged,
      failed: this.#failed,
      unsent: this.#count - this.#acknowledged - this.#failed,
      retried: this.#retried,
      seconds: round(seconds, 3),
      messagesPerSecond: Math.round(this.#acknowledged / seconds),
      megabytesPerSecond: round(this.#bytes / seconds / 1e6, 2),
      ...(this.#acknowledged === 0
        ? {}
        : { latencyMs: { p50: at(50), p95: at(95), p99: at(99), max: round(this.#histogram.max / 1_000, 1) } }),
    };
  }
}

/** The summary in words. */
export function describeSummary(summary: LoadSummary): string {
  const { run, acknowledged, failed, unsent, retried, latencyMs } = summary;
  const counts = [
    `${acknowledged} messages acknowledged`,
    `${failed} failed`,
    ...(unsent === 0 ? [] : [`${unsent} not sent`]),
    `${retried} requests tried again`,
  ];
  const lines = [`run ${run}: ${counts.join(', ')}`];
  if (latencyMs !== undefined) {
    const { p50, p95, p99, max } = latencyMs;
    lines.push(
      `${summary.messagesPerSecond} messages/s, ${summary.megabytesPerSecond} MB/s in ${summary.seconds} s; ` +
        `acknowledged after ${p50} ms (p50), ${p95} ms (p95), ${p99} ms (p99), ${max} ms (max)`,
    );
  }
  return lines.join('\n');
}
