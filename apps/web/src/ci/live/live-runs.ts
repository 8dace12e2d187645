/** The runs that somebody follows right now in this process. */
import type { CiRun } from '../run.ts';
import { type LiveOptions, LiveRun } from './live-run.ts';

export interface Following {
  live: LiveRun;
  /** To be called once; the last one to leave ends the looking. */
  leave(): void;
}

export class LiveRuns {
  readonly #options: LiveOptions;
  readonly #live = new Map<string, { live: LiveRun; followers: number }>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** How many runs are looked at. */
  get size(): number {
    return this.#live.size;
  }

  /** What all reading of logs goes through. */
  get reports(): LiveOptions['reports'] {
    return this.#options.reports;
  }

  /** Joins those who follow this run, from this place in its log (bytes) on. */
  follow(run: CiRun, offset: number): Following {
    const entry = this.#live.get(run.id) ?? { live: new LiveRun(run, offset, this.#options), followers: 0 };
    this.#live.set(run.id, entry);
    entry.followers += 1;
    return { live: entry.live, leave: () => this.#leave(run.id, entry) };
  }

  /** Tells of a state that was just recorded, so that nobody has to wait for the next look. */
  tell(run: CiRun): void {
    this.#live.get(run.id)?.live.tell(run);
  }

  #leave(id: string, entry: { live: LiveRun; followers: number }): void {
    entry.followers -= 1;
    if (entry.followers > 0) return;
    entry.live.stop();
    this.#live.delete(id);
  }
}
