/** Accounts for the numbered messages of a load: which are missing, which came twice, which came too late. */
import type { LoadMessage } from '../load-message.ts';
import { NumberSet } from './number-set.ts';

export interface RunReport {
  run: string;
  /** Different messages that came. */
  messages: number;
  missing: number;
  duplicates: number;
  /** Came for the first time after one of a higher number of the same partition. */
  outOfOrder: number;
}

/** Counts one run, in a bit for each message. */
export class RunCounts {
  readonly #run: string;
  readonly #seen = new NumberSet();
  readonly #highest = new Map<number, number>();
  #largest = 0;
  #duplicates = 0;
  #outOfOrder = 0;

  constructor(run: string) {
    this.#run = run;
  }

  get messages(): number {
    return this.#seen.size;
  }

  add(number: number, partition: number): void {
    if (!this.#seen.add(number)) {
      this.#duplicates += 1;
      return;
    }
    if (number > this.#largest) this.#largest = number;
    const highest = this.#highest.get(partition) ?? 0;
    if (number < highest) this.#outOfOrder += 1;
    else this.#highest.set(partition, number);
  }

  /** `expected`: how many there should be; without it, as many as the highest number says. */
  report(expected: number = this.#largest): RunReport {
    return {
      run: this.#run,
      messages: this.#seen.size,
      missing: Math.max(0, expected - this.#seen.size),
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
    };
  }
}

/** So many runs are told apart at once; a topic that is full of other things may look like more. */
const MOST_RUNS = 100;

/** Counts every run, or the one that is named. */
export class Verification {
  readonly #only: string | undefined;
  readonly #expected: number | undefined;
  readonly #runs = new Map<string, RunCounts>();

  constructor(only: string | undefined, expected: number | undefined) {
    this.#only = only;
    this.#expected = expected;
    if (only !== undefined) this.#runs.set(only, new RunCounts(only));
  }

  add({ run, number }: LoadMessage, partition: number): void {
    let counts = this.#runs.get(run);
    if (counts === undefined) {
      if (this.#only !== undefined || this.#runs.size >= MOST_RUNS) return;
      counts = new RunCounts(run);
      this.#runs.set(run, counts);
    }
    counts.add(number, partition);
  }

  /** Different messages of all runs. */
  get messages(): number {
    return [...this.#runs.values()].reduce((sum, { messages }) => sum + messages, 0);
  }

  /** Whether a run has as many messages as are expected. */
  get isComplete(): boolean {
    const expected = this.#expected;
    return expected !== undefined && [...this.#runs.values()].some(({ messages }) => messages >= expected);
  }

  /** Of every run; once one has all that was expected, of no other, as the topic may hold parts of older ones. */
  reports(): RunReport[] {
    const expected = this.#expected;
    const runs = [...this.#runs.values()];
    const complete = runs.filter(({ messages }) => expected !== undefined && messages >= expected);
    return (complete.length > 0 ? complete : runs).map((counts) => counts.report(expected));
  }
}

/** Nothing is missing, and all came in their order. */
export const isWhole = ({ messages, missing, outOfOrder }: RunReport): boolean =>
  messages > 0 && missing === 0 && outOfOrder === 0;

/** The report in words. */
export const describeReport = ({ run, messages, missing, duplicates, outOfOrder }: RunReport): string =>
  `${messages} messages of run ${run}: ${missing} missing, ${duplicates} duplicates, ${outOfOrder} out of order`;
