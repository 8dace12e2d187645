/** A run of the CI: the tests of one commit of one branch, from the request to the result. */
import type { CiLines, CiStep, CiTests } from '@cloud-lab/common/ci-messages';

export type RunState = 'queued' | 'running' | 'passed' | 'failed' | 'errored';

export interface CiRun {
  id: string;
  repository: string;
  branch: string;
  commit: string;
  /** Who wrote the commit; null until a runner has the code. */
  author: string | null;
  /** First line of the commit's message; null until a runner has the code. */
  subject: string | null;
  state: RunState;
  requestedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Host that ran it. */
  runner: string | null;
  /** Those that have begun, in order; the first is `queued`. */
  steps: CiStep[];
  exitCode: number | null;
  /** One sentence on why it ended so. */
  reason: string | null;
  durationMs: number | null;
  tests: CiTests | null;
  /** Per cent. */
  coverage: number | null;
  /** Of the lines that the commit changed. */
  changedLines: CiLines | null;
  hasReport: boolean;
  hasTests: boolean;
  hasCoverage: boolean;
}

/** A finished run never changes again. */
export const isFinished = (run: CiRun): boolean => run.state !== 'queued' && run.state !== 'running';

/** The steps of a run that nobody has taken yet. */
export const firstSteps = (requestedAt: Date): CiStep[] => [
  { name: 'queued', state: 'running', startedAt: requestedAt.toISOString(), finishedAt: null },
];

/** The steps of a run that ends at `at` without its runner: what still went on has failed then. */
export const cutSteps = (steps: readonly CiStep[], at: Date): CiStep[] =>
  steps.map((step) =>
    step.state === 'running' ? { ...step, state: 'failed', finishedAt: at.toISOString() } : { ...step },
  );

/** How far these steps are: grows as steps begin and end within one attempt, so that a late message can be told. */
export const progressOf = (steps: readonly CiStep[]): number =>
  steps.length + steps.filter(({ finishedAt }) => finishedAt !== null).length;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether a text from a client can be a run's id at all. */
export const isRunId = (text: string): boolean => UUID.test(text);
