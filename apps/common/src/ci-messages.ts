/** The messages of the CI service on Kafka: what web asks of the runners (topic ci.jobs) and what they answer (ci.results). */
import Type, { type Static } from 'typebox';

export const CI_JOBS_TOPIC = 'ci.jobs';
export const CI_RESULTS_TOPIC = 'ci.results';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = (description: string) => Type.String({ description: `${description}; ISO 8601, UTC` });

/** One job: test this commit of this branch. Key of the Kafka message: `id`. */
export const CiJob = Type.Object({
  id: Type.String({ description: 'UUID of the run' }),
  repository: Type.String({ description: 'As in lab:ciRepositories: a name on the Git server of the lab, or a URL' }),
  branch: Type.String(),
  commit: Type.String({ description: 'Full object id that the branch pointed to when the run was asked for' }),
  requestedAt: Time('When the run was asked for'),
});
export type CiJob = Static<typeof CiJob>;

/** The steps of every run, in their order. */
export const CI_STEPS = ['queued', 'allocate', 'sandbox', 'install', 'test', 'report', 'cleanup'] as const;
export type CiStepName = (typeof CI_STEPS)[number];

/** One step of a run that has begun; those that have not are absent. */
export const CiStep = Type.Object({
  name: Type.Enum([...CI_STEPS], {
    description:
      'queued: waiting for a runner. allocate: a place on the runner. sandbox: the fence, and the code in it. ' +
      'install: the environment. test. report: coverage and results stored. cleanup: the sandbox removed',
  }),
  state: Type.Enum(['running', 'done', 'failed'], { description: 'failed: it ended the run' }),
  startedAt: Time('When it began'),
  finishedAt: nullable(Time('When it ended')),
});
export type CiStep = Static<typeof CiStep>;

/** How the tests ended, as counted by the test tool itself. */
export const CiTests = Type.Object({
  passed: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
});
export type CiTests = Static<typeof CiTests>;

/** Lines that can run, and how many of them the tests reached. */
export const CiLines = Type.Object({ covered: Type.Integer(), total: Type.Integer() });
export type CiLines = Static<typeof CiLines>;

const progress = {
  id: Type.String({ description: 'UUID of the run' }),
  runner: Type.String({ description: 'Host name of the runner' }),
  startedAt: Time('When the runner took the job'),
  steps: Type.Array(CiStep, { description: 'Those that have begun, in order' }),
  author: nullable(Type.String({ description: 'Who wrote the commit; null until the code is there' })),
  subject: nullable(Type.String({ description: 'First line of the message of the commit' })),
};

/** What a runner says while a run goes on, at the begin of each step. Key of the Kafka message: `id`. */
export const CiProgress = Type.Object({ state: Type.Literal('running'), ...progress });
export type CiProgress = Static<typeof CiProgress>;

/** How a run ended. Key of the Kafka message: `id`. */
export const CiResult = Type.Object({
  state: Type.Enum(['passed', 'failed', 'errored'], {
    description: 'passed: exit code 0. failed: the tests ran and some failed. errored: they could not run',
  }),
  ...progress,
  exitCode: Type.Integer({ description: 'Of the step that ended the run; 0 when passed, 124 at a time limit' }),
  reason: Type.String({ description: 'One sentence for a learner: why the run ended so' }),
  finishedAt: Time('When the sandbox was gone'),
  durationMs: Type.Integer({ description: 'From startedAt to finishedAt' }),
  tests: nullable(CiTests),
  coverage: nullable(Type.Number({ description: 'Per cent, 0 to 100, as the coverage tool itself says' })),
  changedLines: nullable(CiLines),
  hasReport: Type.Boolean({ description: 'An HTML coverage report lies under reportPrefix(id)' }),
  hasTests: Type.Boolean({ description: 'testsBlobName(id) is there' }),
  hasCoverage: Type.Boolean({ description: 'coverageBlobName(id) is there' }),
});
export type CiResult = Static<typeof CiResult>;

export const CiUpdate = Type.Union([CiProgress, CiResult]);
export type CiUpdate = Static<typeof CiUpdate>;

/** Blob container of the CI service; the name of a container has three characters at least. */
export const CI_CONTAINER = 'ci-runs';

/** All that a run leaves in CI_CONTAINER begins with this. */
export const runPrefix = (id: string): string => `runs/${id}/`;

/** Name of the append blob that holds a run's log. */
export const logBlobName = (id: string): string => `${runPrefix(id)}log.txt`;

/** Where a run's HTML coverage report lies; `index.html` is its first page. */
export const reportPrefix = (id: string): string => `${runPrefix(id)}report/`;

/** The run's CiResult, JSON: a job that is delivered again after its end is not run again. */
export const resultBlobName = (id: string): string => `${runPrefix(id)}result.json`;

/** The attempts at the run that have not ended, JSON: when each began, and on which runner. */
export const attemptsBlobName = (id: string): string => `${runPrefix(id)}attempts.json`;

/** There where the run was cancelled. */
export const cancelledBlobName = (id: string): string => `${runPrefix(id)}cancelled`;

/** Of a run's tests, of its coverage, of one of its files; the web app reads no more. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** The run's CiTestList, JSON. */
export const testsBlobName = (id: string): string => `${runPrefix(id)}tests.json`;

/** The run's CiCoverage, JSON. */
export const coverageBlobName = (id: string): string => `${runPrefix(id)}coverage.json`;

/** CiCoverageFile of the file at this index of CiCoverage.files, JSON. */
export const coverageFileBlobName = (id: string, index: number): string => `${runPrefix(id)}coverage/${index}.json`;

/** One test. */
export const CiTestCase = Type.Object({
  name: Type.String(),
  suite: Type.String({ description: 'What it belongs to: a class, a file; may be empty' }),
  state: Type.Enum(['passed', 'failed', 'skipped']),
  durationMs: nullable(Type.Number()),
  message: nullable(Type.String({ description: 'Why it failed or was skipped' })),
});
export type CiTestCase = Static<typeof CiTestCase>;

/** The tests of a run, failed ones first; a very long list is cut. */
export const CiTestList = Type.Object({ tests: Type.Array(CiTestCase) });
export type CiTestList = Static<typeof CiTestList>;

const covered = {
  percent: Type.Number({ description: '0 to 100, two decimals' }),
  lines: CiLines,
  changed: nullable(CiLines),
};

/** Coverage of a run as a whole and file by file. `changed`: of the lines that the commit changed; null where none can run. */
export const CiCoverage = Type.Object({
  ...covered,
  files: Type.Array(Type.Object({ path: Type.String({ description: 'Below the top of the repository' }), ...covered })),
});
export type CiCoverage = Static<typeof CiCoverage>;

/** One file, line by line. */
export const CiCoverageFile = Type.Object({
  path: Type.String(),
  lines: Type.Array(
    Type.Object({
      text: Type.String(),
      state: nullable(
        Type.Enum(['covered', 'missed', 'partial'], { description: 'null: no code. partial: not every branch' }),
      ),
      changed: Type.Boolean({ description: 'The commit changed it' }),
    }),
  ),
});
export type CiCoverageFile = Static<typeof CiCoverageFile>;
