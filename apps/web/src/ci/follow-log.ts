/** Follows the log of a run until the run has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReportStore } from './report-store.ts';
import { isFinished } from './run.ts';
import type { RunStore } from './run-store.ts';

const POLL_MS = 1_000;

export interface FollowOptions {
  runs: Pick<RunStore, 'get'>;
  reports: Pick<ReportStore, 'log'>;
  /** Ends the following: the client has left, or the process ends. */
  signal: AbortSignal;
  pollMs?: number;
}

/** Yields the log piece by piece, from its beginning to the end of the run. */
export async function* followLog(runId: string, options: FollowOptions): AsyncGenerator<Buffer> {
  const { runs, reports, signal, pollMs = POLL_MS } = options;
  let offset = 0;
  while (!signal.aborted) {
    // The state is read before the log: what the log holds after a finished state is all that it will ever hold.
    const run = await runs.get(runId);
    const { bytes: piece } = await reports.log(runId, offset);
    offset += piece.length;
    if (piece.length > 0) yield piece;
    else if (run === undefined || isFinished(run)) return;
    else await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
