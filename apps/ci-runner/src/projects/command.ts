/** Commands of a job as plain data; what a project's kind adds to the fence around them. */
import { JOB_DIR, type StepRequest } from '../sandbox/step.ts';

/** One command of a step. */
export interface Command
  extends Pick<StepRequest, 'argv' | 'programs' | 'directory' | 'network' | 'cache' | 'environment'> {
  /** What the learner reads in the log; empty where it is of no interest. */
  label: string;
}

/** What a kind of command has in common. */
export type Fence = Pick<Command, 'programs' | 'network' | 'cache' | 'environment'>;

/** Of the lab's own commands that need nothing else. */
export const LAB_FENCE: Fence = { programs: 'lab', network: 'none', cache: 'none', environment: {} };

/** The checkout, as the commands see it. */
export const SRC_DIR = `${JOB_DIR}/src`;

/** A program of the lab's own choice. */
export function command(label: string, argv: string[], fence: Fence, directory: string = SRC_DIR): Command {
  return { label, argv, directory, ...fence };
}

/** A line of a repository's own lab-ci.yaml: the one place where a shell reads what the repository says. */
export function shellCommand(line: string, fence: Fence): Command {
  return { label: line, argv: ['/bin/sh', '-c', line], directory: SRC_DIR, ...fence };
}
