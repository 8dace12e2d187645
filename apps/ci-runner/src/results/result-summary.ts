/** What the sandbox hands to the runner of a job's results: a few numbers and sentences. All that is large stays in files. */
import { CiLines, CiTests } from '@cloud-lab/common/ci-messages';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { ResultError } from './result-error.ts';

const MAX_TEXT = 4_000;
export const MAX_SUMMARY_BYTES = 64 * 1024;

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String({ maxLength: MAX_TEXT });
const Absent = Type.Object({ state: Type.Literal('absent') });
const Malformed = Type.Object({ state: Type.Literal('malformed'), problem: Text });

const TestsSummary = Type.Object({
  state: Type.Literal('read'),
  tests: CiTests,
  firstFailure: nullable(Text),
});
const CoverageSummary = Type.Object({
  state: Type.Literal('read'),
  percent: Type.Number({ minimum: 0, maximum: 100 }),
  changed: nullable(CiLines),
  files: Type.Integer({ minimum: 0, maximum: 2_000, description: 'How many files there are line by line' }),
});
const ReportSummary = Type.Object({
  folder: nullable(
    Type.String({ maxLength: MAX_TEXT, description: "Below the job's folder; null where there is none" }),
  ),
  problem: nullable(Text),
});

export const ResultSummary = Type.Object({
  junit: Type.Union([TestsSummary, Absent, Malformed]),
  coverage: Type.Union([CoverageSummary, Absent, Malformed]),
  report: ReportSummary,
});
export type ResultSummary = Static<typeof ResultSummary>;

/** Of a job whose results could not be read. */
export const NO_RESULTS: ResultSummary = {
  junit: { state: 'absent' },
  coverage: { state: 'absent' },
  report: { folder: null, problem: null },
};

/** Cuts a sentence to what the summary takes. */
export const cutText = (text: string): string =>
  text.length > MAX_TEXT ? text.slice(0, MAX_TEXT).toWellFormed() : text;

/** @throws ResultError where the text is not a summary */
export function readResultSummary(text: string): ResultSummary {
  let summary: unknown;
  try {
    summary = JSON.parse(text);
  } catch (cause) {
    throw new ResultError('The results of the tests were not handed over whole.', { cause });
  }
  if (!Value.Check(ResultSummary, summary))
    throw new ResultError('The results of the tests were not handed over whole.');
  return summary;
}
