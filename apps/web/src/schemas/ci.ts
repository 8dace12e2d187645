/** What the API says and expects of runs of the CI. */
import { CiLines, CiStep, CiTests } from '@cloud-lab/common/ci-messages';
import Type, { type Static } from 'typebox';
import { type CiRun, isFinished } from '../ci/run.ts';
import { ArgumentSchema } from './error.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const CiRequestSchema = Type.Object({
  branch: Type.String({ description: 'Branch to test' }),
  repository: Type.Optional(
    Type.String({
      description: 'Repository that holds the branch: one of those that the lab tests; the first without it',
    }),
  ),
});

const facts = {
  id: Type.String({ description: 'Id of the run' }),
  repository: Type.String({ description: 'Repository that was tested' }),
  branch: Type.String({ description: 'Branch that was tested' }),
  commit: Type.String({ description: 'Full id of the commit that was tested' }),
  author: nullable(Type.String({ description: 'Who wrote the commit; null until a runner has the code' })),
  subject: nullable(
    Type.String({ description: "First line of the commit's message; null until a runner has the code" }),
  ),
  state: Type.Enum(['queued', 'running', 'passed', 'failed', 'errored'], {
    description: 'failed: the tests ran and some failed; errored: they could not run',
  }),
  requestedAt: Type.String({ description: 'ISO 8601, UTC' }),
  startedAt: nullable(Type.String({ description: 'ISO 8601, UTC' })),
  finishedAt: nullable(Type.String({ description: 'ISO 8601, UTC' })),
  durationMs: nullable(Type.Integer({ description: 'From start to end, in milliseconds' })),
  runner: nullable(Type.String({ description: 'Host that ran it' })),
  steps: Type.Array(CiStep, { description: 'Those that have begun, in order' }),
  exitCode: nullable(Type.Integer({ description: 'Of the step that ended the run' })),
  reason: nullable(Type.String({ description: 'One sentence on why the run ended so' })),
  tests: nullable(CiTests),
  coverage: nullable(Type.Number({ description: 'Per cent of the lines that the tests reach' })),
  changedLines: nullable(
    Type.Object(CiLines.properties, { description: 'Of the lines that the commit changed: those that can run' }),
  ),
  pageUrl: Type.String({ description: 'The page of the run, for people' }),
  logUrl: Type.String({ description: 'The log, as text; it grows while the run goes on' }),
  testsUrl: nullable(Type.String({ description: 'The tests one by one; null: the run left none' })),
  coverageUrl: nullable(Type.String({ description: 'The coverage file by file; null: the run left none' })),
  reportUrl: nullable(Type.String({ description: 'The coverage report, as HTML' })),
};

export const CiRunSchema = Type.Object(facts);

/** The answer to who waited for a run. */
export const CiResultSchema = Type.Object({
  status: Type.Enum(['success', 'error', 'queued'], { description: 'success: the tests passed' }),
  text: Type.String({ description: 'The result in words' }),
  ...facts,
});

export const CiListSchema = Type.Object({
  args: Type.Array(ArgumentSchema, { description: 'What POST takes' }),
  runs: Type.Array(CiRunSchema, { description: 'Newest first' }),
  next: nullable(Type.String({ description: 'Address of the older runs; null: there are none' })),
});

export const BranchesSchema = Type.Object({
  repository: Type.String(),
  repositories: Type.Array(Type.String(), { description: 'All repositories that may be tested' }),
  branches: Type.Array(Type.Object({ name: Type.String(), commit: Type.String() })),
});

export const CiUsageSchema = Type.Object({
  repositories: Type.Array(
    Type.Object({
      repository: Type.String(),
      runs: Type.Integer({ description: 'How many runs it has, finished or not' }),
      storedBytes: Type.Integer({
        description: 'Of their logs, reports and results in the storage; a run counts a minute or two after its end',
      }),
      limitBytes: Type.Integer({ description: 'What they may take; the oldest runs go where it is more' }),
    }),
  ),
});

/** The part of an address that names a run. */
export const RunParams = Type.Object({ id: Type.String({ description: 'Id of the run' }) });

/** A run as the API shows it; `origin` makes its addresses complete. */
export function showRun(run: CiRun, origin: string): Static<typeof CiRunSchema> {
  const url = `${origin}/api/v1/ci/${run.id}`;
  return {
    id: run.id,
    repository: run.repository,
    branch: run.branch,
    commit: run.commit,
    author: run.author,
    subject: run.subject,
    state: run.state,
    requestedAt: run.requestedAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    durationMs: run.durationMs,
    runner: run.runner,
    steps: run.steps,
    exitCode: run.exitCode,
    reason: run.reason,
    tests: run.tests,
    coverage: run.coverage,
    changedLines: run.changedLines,
    pageUrl: `${origin}/ci/${run.id}`,
    logUrl: `${url}/log`,
    testsUrl: run.hasTests ? `${url}/tests` : null,
    coverageUrl: run.hasCoverage ? `${url}/coverage` : null,
    reportUrl: run.hasReport ? `${url}/report/index.html` : null,
  };
}

/** A run with the sentence for whoever asked for it. */
export function showResult(run: CiRun, origin: string): Static<typeof CiResultSchema> {
  const shown = showRun(run, origin);
  if (!isFinished(run)) {
    return { status: 'queued', text: `CI is ${run.state} for branch ${run.branch}.\n`, ...shown };
  }
  if (run.state === 'passed') return { status: 'success', text: `CI has passed for branch ${run.branch}.\n`, ...shown };
  const code = run.exitCode ?? 1;
  return { status: 'error', text: `CI has errored for branch ${run.branch} with code ${code}.\n`, ...shown };
}
