/** Hears of a run and its log as they go on (Server-Sent Events). */
import type { ShownRun } from '../../src/pages/ci/shown-run.ts';

const RETRY_MS = 5_000;

export interface RunFollower {
  onRun: (run: ShownRun) => void;
  /** A piece of the log, as it is. */
  onLog: (text: string) => void;
  /** The log begins anew: another runner took the job, or this page lost the place where it was. */
  onLogRestart: () => void;
  /** The run has ended and its log is complete. */
  onEnd: () => void;
  onProblem: (text: string) => void;
}

/** Follows the run to its end. The browser takes a lost connection up again by itself, where the log was. */
export function followRun(id: string, follower: RunFollower): void {
  const source = new EventSource(`/api/v1/ci/${id}/events`);
  source.addEventListener('run', ({ data }: MessageEvent<string>) => follower.onRun(JSON.parse(data) as ShownRun));
  source.addEventListener('log', ({ data }: MessageEvent<string>) => follower.onLog(JSON.parse(data) as string));
  source.addEventListener('restart', () => follower.onLogRestart());
  source.addEventListener('end', () => {
    source.close();
    follower.onEnd();
  });
  source.addEventListener('error', () => {
    // Only a refusal closes it: then it begins anew, and the log with it.
    if (source.readyState !== EventSource.CLOSED) return;
    follower.onProblem('The lab does not tell how the run goes right now. Trying again …');
    setTimeout(() => {
      follower.onLogRestart();
      followRun(id, follower);
    }, RETRY_MS);
  });
}
