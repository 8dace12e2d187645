/** The messages of the CI service on Kafka: what web asks of the runners (topic ci.jobs) and what they answer (ci.results). */
import Type, { type Static } from 'typebox';

export const CI_JOBS_TOPIC = 'ci.jobs';
export const CI_RESULTS_TOPIC = 'ci.results';

/** One job: test this commit of this branch. Key of the Kafka message: `id`. */
export const CiJob = Type.Object({
  id: Type.String({ description: 'UUID of the run' }),
  repository: Type.String({ description: 'Name of a repository that lab:ciRepositories allows' }),
  branch: Type.String(),
  commit: Type.String({ description: 'Full object id that the branch pointed to when the run was asked for' }),
  requestedAt: Type.String({ description: 'ISO 8601, UTC' }),
});
export type CiJob = Static<typeof CiJob>;

/** How the tests ended, as counted by the test tool itself. */
export const CiTests = Type.Object({
  passed: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
});
export type CiTests = Static<typeof CiTests>;

/** What a runner says of a run: first that it has begun, then how it ended. Key of the Kafka message: `id`. */
export const CiUpdate = Type.Union([
  Type.Object({
    id: Type.String(),
    state: Type.Literal('running'),
    runner: Type.String({ description: 'Host name of the runner' }),
    startedAt: Type.String({ description: 'ISO 8601, UTC' }),
  }),
  Type.Object({
    id: Type.String(),
    state: Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('errored')], {
      description: 'passed: exit code 0. failed: the tests ran and some failed. errored: they could not run',
    }),
    runner: Type.String(),
    exitCode: Type.Integer({ description: 'Of the step that ended the run; 0 when passed, 124 at a time limit' }),
    reason: Type.String({ description: 'One sentence for a learner: why the run ended so' }),
    startedAt: Type.String(),
    finishedAt: Type.String(),
    durationMs: Type.Integer(),
    tests: Type.Union([CiTests, Type.Null()]),
    coverage: Type.Union([Type.Number({ description: 'Per cent, 0 to 100' }), Type.Null()]),
    hasReport: Type.Boolean({ description: 'A coverage report lies under reportPrefix(id)' }),
  }),
]);
export type CiUpdate = Static<typeof CiUpdate>;

/** Blob container of the CI service; the name of a container has three characters at least. */
export const CI_CONTAINER = 'ci-runs';

/** Name of the append blob that holds a run's log, in CI_CONTAINER. */
export const logBlobName = (id: string): string => `runs/${id}/log.txt`;

/** Where a run's HTML coverage report lies in CI_CONTAINER; `index.html` is its first page. */
export const reportPrefix = (id: string): string => `runs/${id}/report/`;
