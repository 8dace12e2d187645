/** The steps of every run: their words for learners, and how they went in one run. */
import type { CiStepName } from '@cloud-lab/common/ci-messages';
import { hasEnded, type ShownRun } from './shown-run.ts';

/** In their order. */
export const STEP_WORDS = {
  queued: {
    title: 'Wait in the queue',
    doing: 'Waiting in the queue for a runner.',
    text: 'The job lies in Kafka, in the topic ci.jobs, until a runner takes it. More runners take more jobs at a time.',
  },
  allocate: {
    title: 'Allocate a runner',
    doing: 'Waiting for a place on the runner.',
    text: 'A runner has taken the job and gives it one of its places. It has few of them, so that jobs do not slow each other down.',
  },
  sandbox: {
    title: 'Create the sandbox',
    doing: 'Creating the sandbox.',
    text: 'The run gets a fence around it: it sees no other job, no secret and nothing of the host. Then the commit is fetched into it.',
  },
  install: {
    title: 'Install the environment',
    doing: 'Installing the environment.',
    text: 'The packages that the project asks for are installed, if need be from their registries: nothing else can be reached from here.',
  },
  test: {
    title: 'Run the tests',
    doing: 'Running the tests.',
    text: 'The project’s own tests run, without a network unless the project asks for one. The coverage tool notes each line that they reach.',
  },
  report: {
    title: 'Publish the report',
    doing: 'Publishing the report.',
    text: 'The results of the tests and the coverage are put into the blob storage, from where this page reads them.',
  },
  cleanup: {
    title: 'Remove the sandbox',
    doing: 'Removing the sandbox.',
    text: 'The sandbox goes, with all that the run has written in it. The next run begins from nothing.',
  },
} as const satisfies Record<CiStepName, { title: string; doing: string; text: string }>;

export interface StepRow {
  name: CiStepName;
  title: string;
  /** What the run does in it, as a sentence. */
  doing: string;
  /** For learners: what happens in it, and why. */
  text: string;
  /** skipped: the run ended before it came to this step. */
  state: 'pending' | 'running' | 'done' | 'failed' | 'skipped';
  /** Milliseconds since 1970; null: it has not begun. */
  from: number | null;
  to: number | null;
}

/** Every step of the run as it stands at `now` (milliseconds since 1970). */
export function stepRows(run: ShownRun, now: number): StepRow[] {
  return (Object.keys(STEP_WORDS) as CiStepName[]).map((name) => ({
    name,
    ...STEP_WORDS[name],
    ...stepOf(run, name, now),
  }));
}

function stepOf(run: ShownRun, name: CiStepName, now: number): Pick<StepRow, 'state' | 'from' | 'to'> {
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const step = run.steps.find((each) => each.name === name);
  if (step !== undefined) {
    // A run that was broken off from outside leaves its last step running.
    const state = step.state === 'running' && hasEnded(run) ? 'failed' : step.state;
    const from = Date.parse(step.startedAt);
    return { state, from, to: Math.max(from, step.finishedAt === null ? end : Date.parse(step.finishedAt)) };
  }
  if (name === 'queued') {
    const from = Date.parse(run.requestedAt);
    const to = Math.max(from, run.startedAt === null ? end : Date.parse(run.startedAt));
    return { state: run.state === 'queued' ? 'running' : run.startedAt === null ? 'failed' : 'done', from, to };
  }
  return { state: hasEnded(run) ? 'skipped' : 'pending', from: null, to: null };
}
