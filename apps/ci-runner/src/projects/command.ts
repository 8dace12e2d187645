/** Commands of a job as plain data; what a project's kind adds to the fence around them. */
import { CACHE_DIR, JOB_DIR, type StepRequest } from '../sandbox/step.ts';

/** One command of a step. */
export interface Command extends Pick<StepRequest, 'argv' | 'directory' | 'network' | 'cache' | 'environment'> {
  /** What the learner reads in the log; empty where it is of no interest. */
  label: string;
}

/** The checkout, as the commands see it. */
export const SRC_DIR = `${JOB_DIR}/src`;

/** Where the package managers keep their caches, for commands that install. */
export const CACHE_VARIABLES: Readonly<Record<string, string>> = {
  UV_CACHE_DIR: `${CACHE_DIR}/uv`,
  PIP_CACHE_DIR: `${CACHE_DIR}/pip`,
  npm_config_cache: `${CACHE_DIR}/npm`,
};

/** A line of a repository's own lab-ci.yaml: the one place where a shell reads what the repository says. */
export function shellCommand(line: string, settings: Pick<Command, 'network' | 'cache' | 'environment'>): Command {
  return { label: line, argv: ['/bin/sh', '-c', line], directory: SRC_DIR, ...settings };
}
