/** Keeps what the runs of each repository have left in the storage within a limit, so that no repository takes the room of all others. */
import type { FastifyBaseLogger } from 'fastify';
import type { ReportStore } from './report-store.ts';
import type { RunStore } from './run-store.ts';

export interface StorageUseOptions {
  runs: Pick<RunStore, 'unmeasured' | 'setStoredBytes' | 'usage' | 'makingRoom' | 'remove'>;
  reports: Pick<ReportStore, 'measure' | 'remove'>;
  log: FastifyBaseLogger;
  /** Of the finished runs of one repository. */
  limitBytes: number;
  /** Stops between two runs, as the process ends. */
  signal: AbortSignal;
}

const BATCH = 20;
/** After the end of a run, until its runner surely writes nothing more: the one of a cancelled run ends some seconds later. */
const SETTLED_MS = 30_000;

/**
 * Measures runs that ended, then deletes runs of the repositories that are over the limit, as RunStore.makingRoom says; the newest of a
 * repository stays, whatever it takes. Cut short, or in two processes at once, it leaves nothing that the next one does not find.
 * @returns how many were deleted
 */
export async function boundStorage(options: StorageUseOptions, now: Date = new Date()): Promise<number> {
  await measureRuns(options, new Date(now.getTime() - SETTLED_MS));
  const { runs, log, limitBytes, signal } = options;
  let count = 0;
  for (const { repository, storedBytes } of await runs.usage()) {
    if (storedBytes <= limitBytes || signal.aborted) continue;
    const deleted = await makeRoom(options, repository);
    log.warn(
      { repository, deleted, storedBytes, limitBytes },
      'a repository was over its limit: deleted its oldest runs',
    );
    count += deleted;
  }
  return count;
}

async function measureRuns({ runs, reports, signal }: StorageUseOptions, before: Date): Promise<void> {
  while (!signal.aborted) {
    const batch = await runs.unmeasured(before, BATCH);
    for (const { id } of batch) {
      if (signal.aborted) return;
      await runs.setStoredBytes(id, await reports.measure(id));
    }
    if (batch.length < BATCH) return;
  }
}

/** One run after the other, as each may be the one that makes enough room. */
async function makeRoom({ runs, reports, limitBytes, signal }: StorageUseOptions, repository: string): Promise<number> {
  for (let deleted = 0; ; deleted += 1) {
    const used = (await runs.usage()).find((each) => each.repository === repository)?.storedBytes ?? 0;
    const [run] = used > limitBytes && !signal.aborted ? await runs.makingRoom(repository, 1) : [];
    if (run === undefined) return deleted;
    // The row goes last: without it, nobody would know of the blobs.
    await reports.remove(run.id);
    await runs.remove(run.id);
  }
}
