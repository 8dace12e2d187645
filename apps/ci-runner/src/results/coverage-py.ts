/** Reads the JSON report of coverage.py (`coverage json`, `--cov-report=json`), version 5 and later. */
import Type from 'typebox';
import { Value } from 'typebox/value';
import { roundPercent } from './percent.ts';
import type { Coverage } from './report-files.ts';
import { type FileCoverage, type LineState, mergeFiles } from './report-files.ts';
import { NothingMeasured, ResultError } from './result-error.ts';

const Lines = Type.Array(Type.Integer());
const Summary = Type.Object({
  percent_covered: Type.Number({ minimum: 0, maximum: 100 }),
  num_statements: Type.Integer({ minimum: 0 }),
});
const File = Type.Object({
  executed_lines: Lines,
  missing_lines: Lines,
  // Pairs of lines, from and to; where branches were measured.
  missing_branches: Type.Optional(Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }))),
  summary: Summary,
});
const Report = Type.Object({ files: Type.Record(Type.String(), File), totals: Summary });

function readFile(path: string, file: Type.Static<typeof File>): FileCoverage {
  const branching = new Set(file.missing_branches?.map(([from]) => from));
  const lines = new Map<number, LineState>();
  for (const line of file.executed_lines) lines.set(line, branching.has(line) ? 'partial' : 'covered');
  for (const line of file.missing_lines) lines.set(line, 'missed');
  return { path, percent: roundPercent(file.summary.percent_covered), lines };
}

/** @throws ResultError when it isn't such a report; NothingMeasured */
export function readCoveragePy(text: string): Coverage {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (cause) {
    throw new ResultError('The coverage report begins like JSON, but is not: perhaps it was cut off.', { cause });
  }
  if (!Value.Check(Report, report)) {
    throw new ResultError("The coverage report is JSON, but not of coverage.py's form, with files and totals.");
  }
  // coverage.py itself calls nothing out of nothing 100 %.
  if (report.totals.num_statements === 0) throw new NothingMeasured();
  return {
    percent: roundPercent(report.totals.percent_covered),
    files: mergeFiles(Object.entries(report.files).map(([path, file]) => readFile(path, file))),
  };
}
