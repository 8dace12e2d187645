/** A run of the CI: the tests of one commit of one branch, from the request to the result. */
import type { CiTests } from '@cloud-lab/common/ci-messages';

export type RunState = 'queued' | 'running' | 'passed' | 'failed' | 'errored';

export interface CiRun {
  id: string;
  repository: string;
  branch: string;
  commit: string;
  state: RunState;
  requestedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Host that ran it. */
  runner: string | null;
  exitCode: number | null;
  /** One sentence on why it ended so. */
  reason: string | null;
  durationMs: number | null;
  tests: CiTests | null;
  /** Per cent. */
  coverage: number | null;
  hasReport: boolean;
}

/** A finished run never changes again. */
export const isFinished = (run: CiRun): boolean => run.state !== 'queued' && run.state !== 'running';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether a text from a client can be a run's id at all. */
export const isRunId = (text: string): boolean => UUID.test(text);
