/** Deletes old runs, so that neither the database nor the storage grows for ever. */
import type { FastifyBaseLogger } from 'fastify';
import type { ReportStore } from './report-store.ts';
import type { RunStore } from './run-store.ts';

export interface RetentionOptions {
  runs: Pick<RunStore, 'expired' | 'remove'>;
  reports: Pick<ReportStore, 'remove'>;
  log: FastifyBaseLogger;
  /** How long a run is kept after its end. */
  days: number;
  /** Stops between two runs, as the process ends. */
  signal: AbortSignal;
}

const BATCH = 20;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Deletes what runs that ended longer ago have left, then the runs themselves; the newest of each branch, and its
 * newest with a report, stay. Cut short, or in two processes at once, it leaves nothing that the next one does not find.
 */
export async function removeExpired(options: RetentionOptions, now: Date = new Date()): Promise<number> {
  const { runs, reports, log, days, signal } = options;
  const before = new Date(now.getTime() - days * DAY_MS);
  let count = 0;
  while (!signal.aborted) {
    const batch = await runs.expired(before, BATCH);
    for (const { id } of batch) {
      if (signal.aborted) return count;
      // The row goes last: without it, nobody would know of the blobs.
      await reports.remove(id);
      await runs.remove(id);
      count += 1;
    }
    if (batch.length < BATCH) break;
  }
  if (count > 0) log.info({ count, days }, 'deleted old runs');
  return count;
}
