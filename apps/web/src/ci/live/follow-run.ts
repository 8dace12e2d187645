/** What one follower of a run hears: its states and its log, in order, as fast as the follower takes it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LogPiece } from '../report-store.ts';
import { type CiRun, isFinished } from '../run.ts';
import { isSame } from './live-run.ts';
import type { LiveRuns } from './live-runs.ts';

export type RunEvent =
  /** The run as it is now. */
  | { kind: 'run'; run: CiRun }
  /** The next bytes of the log; `offset` is where they end. */
  | { kind: 'log'; bytes: Buffer; offset: number }
  /** The log began anew, as another runner took the job: what was read of it no longer counts. */
  | { kind: 'restart' }
  /** The run is finished and its log is complete. */
  | { kind: 'end'; run: CiRun };

export interface FollowOptions {
  /** Where in the log to begin, in bytes. */
  offset: number;
  /** Ends the following: the client has left, or the process ends. */
  signal: AbortSignal;
}

const PIECE_BYTES = 64 * 1024;
const AWAY_MS = 2_000;

/** Tells of a run from now to its end; a database or a storage that is away for a while only makes it late. */
export async function* followRun(lives: LiveRuns, run: CiRun, options: FollowOptions): AsyncGenerator<RunEvent> {
  yield { kind: 'run', run };
  // A follower that comes back may come back to another log.
  const isBehind = options.offset > 0 && (await readLog(lives, run.id, options)).size < options.offset;
  if (isBehind) yield { kind: 'restart' };
  const place = isBehind ? { ...options, offset: 0 } : options;
  yield* isFinished(run) ? readFinished(lives, run, place) : followLive(lives, run, place);
}

async function* followLive(lives: LiveRuns, run: CiRun, { offset, signal }: FollowOptions): AsyncGenerator<RunEvent> {
  const { live, leave } = lives.follow(run, offset);
  try {
    let shown = isSame(run, live.run) ? live.run : run;
    let { restarts } = live.tail;
    let at = offset;
    while (!signal.aborted) {
      const { rings } = live.changed;
      if (live.run !== shown) {
        shown = live.run;
        yield { kind: 'run', run: shown };
      }
      if (live.tail.restarts !== restarts) {
        restarts = live.tail.restarts;
        at = 0;
        yield { kind: 'restart' };
      }
      // A follower that is behind what the tail keeps reads by itself until it has caught up.
      const bytes = live.tail.from(at) ?? (await readLog(lives, run.id, { offset: at, signal })).bytes;
      for (const piece of cut(bytes)) {
        at += piece.length;
        yield { kind: 'log', bytes: piece, offset: at };
      }
      if (bytes.length > 0 || live.changed.rings !== rings) continue;
      if (live.over) {
        yield { kind: 'end', run: shown };
        return;
      }
      await live.changed.wait(rings, signal);
    }
  } finally {
    leave();
  }
}

async function* readFinished(lives: LiveRuns, run: CiRun, { offset, signal }: FollowOptions): AsyncGenerator<RunEvent> {
  let at = offset;
  while (!signal.aborted) {
    const { bytes } = await readLog(lives, run.id, { offset: at, signal });
    if (signal.aborted) return;
    if (bytes.length === 0) {
      yield { kind: 'end', run };
      return;
    }
    for (const piece of cut(bytes)) {
      at += piece.length;
      yield { kind: 'log', bytes: piece, offset: at };
    }
  }
}

async function readLog(lives: LiveRuns, runId: string, { offset, signal }: FollowOptions): Promise<LogPiece> {
  while (!signal.aborted) {
    try {
      return await lives.reports.log(runId, offset);
    } catch {
      await delay(AWAY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return { bytes: Buffer.alloc(0), size: offset, begunAt: undefined };
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}
