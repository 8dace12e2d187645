/** One run that goes on, and its log: looked at once, however many follow it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReportStore } from '../report-store.ts';
import { type CiRun, isFinished } from '../run.ts';
import type { RunStore } from '../run-store.ts';
import { Bell } from './bell.ts';
import { LogTail } from './log-tail.ts';

export interface LiveOptions {
  runs: Pick<RunStore, 'get'>;
  reports: Pick<ReportStore, 'log'>;
  /** Between two looks at the log, in milliseconds (200). */
  logPollMs?: number;
  /** Between two looks at the state (500): another process may have recorded a change. */
  statePollMs?: number;
  /** Before the next look at a database or a storage that is away (2000). */
  awayMs?: number;
}

const LOG_POLL_MS = 200;
const STATE_POLL_MS = 500;
const AWAY_MS = 2_000;

export class LiveRun {
  /** Rings at every change of what is below. */
  readonly changed = new Bell();
  readonly tail: LogTail;
  readonly #options: LiveOptions;
  readonly #stopping = new AbortController();
  #run: CiRun;
  #told = 0;
  #over = false;

  constructor(run: CiRun, offset: number, options: LiveOptions) {
    this.#run = run;
    this.#options = options;
    this.tail = new LogTail(run.id, offset, options.reports);
    void this.#watchLog();
    void this.#watchState();
  }

  get run(): CiRun {
    return this.#run;
  }

  /** Whether the run is finished and the tail has all of its log. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes a newer state; one that is the same says nothing. */
  tell(run: CiRun): void {
    this.#told += 1;
    if (isFinished(this.#run) || isSame(run, this.#run)) return;
    this.#run = run;
    this.changed.ring();
  }

  /** Looks no more. */
  stop(): void {
    this.#stopping.abort();
  }

  async #watchState(): Promise<void> {
    const { runs, statePollMs = STATE_POLL_MS, awayMs = AWAY_MS } = this.#options;
    let pause = statePollMs;
    while (!isFinished(this.#run)) {
      await this.#sleep(pause);
      if (this.#stopping.signal.aborted) return;
      const told = this.#told;
      try {
        const run = await runs.get(this.#run.id);
        pause = statePollMs;
        // What was told meanwhile is newer than what was asked before.
        if (run !== undefined && told === this.#told) this.tell(run);
      } catch {
        // The database is away: whoever follows keeps following, and a later look may succeed.
        pause = awayMs;
      }
    }
  }

  async #watchLog(): Promise<void> {
    const { logPollMs = LOG_POLL_MS, awayMs = AWAY_MS } = this.#options;
    while (!this.#stopping.signal.aborted) {
      // The state is read before the log: what the log holds after a finished state is all that it will ever hold.
      const finished = isFinished(this.#run);
      let pause = logPollMs;
      try {
        const { grew, complete } = await this.tail.read();
        this.#over = finished && complete;
        if (grew || this.#over) this.changed.ring();
        if (this.#over) return;
        if (!complete) continue;
      } catch {
        pause = awayMs;
      }
      await this.#sleep(pause);
    }
  }

  async #sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

/** Whether two states of a run say the same. */
export const isSame = (a: CiRun, b: CiRun): boolean => JSON.stringify(a) === JSON.stringify(b);
