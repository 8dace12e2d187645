/** One command in the sandbox: what the runner asks for, and how it ended. */
import Type, { type Static } from 'typebox';

/** Networks that a step may have, each through the proxy on the runner's host; no step has any other. */
export const NETWORKS = ['none', 'git', 'registries', 'internet'] as const;
export type StepNetwork = (typeof NETWORKS)[number];

/** The folder that holds the job, as its commands see it. */
export const JOB_DIR = '/job';
/** The packages that jobs share, as the commands see them. */
export const CACHE_DIR = '/cache';
/** The runner's own tools, as the commands see them. */
export const TOOLS_DIR = '/tools';

export const StepRequest = Type.Object({
  argv: Type.Array(Type.String(), { minItems: 1, description: 'Program and arguments, as paths in the sandbox' }),
  programs: Type.Enum(['lab', 'project'], {
    description:
      "Whose command it is. lab: a program of the system by its full path, which finds nothing of the project's on its way. " +
      'project: one that finds what the project has installed first',
  }),
  directory: Type.String({ description: 'Working folder in the sandbox' }),
  network: Type.Enum([...NETWORKS], {
    description: 'none; git: the Git servers of the lab; registries: of packages; internet: public addresses over HTTP',
  }),
  cache: Type.Enum(['none', 'read'], {
    description: 'Whether it sees the packages that jobs share; none may change them',
  }),
  environment: Type.Record(Type.String(), Type.String()),
  limitMs: Type.Integer({ minimum: 1, description: 'Ends the command after this time' }),
  maxOutputBytes: Type.Integer({ minimum: 0, description: 'Ends the command when it prints more' }),
});
export type StepRequest = Static<typeof StepRequest>;

/**
 * How a command ended. `cause` names the limit of the fence that it ran into; after `processes` and `disk` it may have
 * gone on and ended by itself.
 */
export const StepEnding = Type.Object({
  exitCode: Type.Integer(),
  cause: Type.Enum(['exit', 'timeout', 'memory', 'processes', 'disk', 'output']),
});
export type StepEnding = Static<typeof StepEnding>;
