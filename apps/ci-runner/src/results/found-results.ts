/** What was found of a job's results, as the sandbox hands it to the runner: JSON. */
import { CiTestCase, CiTests } from '@cloud-lab/common/ci-messages';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Coverage, LineState } from './coverage.ts';
import type { JUnitResult } from './junit.ts';
import { ResultError } from './result-error.ts';

const MAX_TEXT = 20_000;

const foundOf = <T extends Type.TSchema>(value: T) =>
  Type.Union([
    Type.Object({ state: Type.Literal('read'), value }),
    Type.Object({ state: Type.Literal('absent') }),
    Type.Object({ state: Type.Literal('malformed'), problem: Type.String({ maxLength: MAX_TEXT }) }),
  ]);

const Tests = Type.Object({
  tests: CiTests,
  firstFailure: Type.Union([Type.String({ maxLength: MAX_TEXT }), Type.Null()]),
  cases: Type.Array(CiTestCase, { maxItems: 5_000 }),
});
const Percent = Type.Number({ minimum: 0, maximum: 100 });
const Lines = Type.Array(Type.Tuple([Type.Integer({ minimum: 1 }), Type.Enum(['covered', 'missed', 'partial'])]));
const Measured = Type.Object({
  percent: Percent,
  files: Type.Array(Type.Object({ path: Type.String({ maxLength: 4_096 }), percent: Percent, lines: Lines })),
});
const FoundResults = Type.Object({ junit: foundOf(Tests), coverage: foundOf(Measured) });

/** What became of a result: there, absent, or there and of no use. */
export type Found<T> = { state: 'read'; value: T } | { state: 'absent' } | { state: 'malformed'; problem: string };

export interface FoundResults {
  junit: Found<JUnitResult>;
  coverage: Found<Coverage>;
}

/** As JSON. */
export function writeFoundResults({ junit, coverage }: FoundResults): string {
  if (coverage.state !== 'read') return JSON.stringify({ junit, coverage });
  const { percent, files } = coverage.value;
  const listed = files.map((file) => ({ ...file, lines: [...file.lines] }));
  return JSON.stringify({ junit, coverage: { state: 'read', value: { percent, files: listed } } });
}

/** @throws ResultError where the text is not what writeFoundResults gives */
export function readFoundResults(text: string): FoundResults {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new ResultError('The results of the tests were not handed over whole.', { cause });
  }
  if (!Value.Check(FoundResults, found)) throw new ResultError('The results of the tests were not handed over whole.');
  const { junit, coverage }: Static<typeof FoundResults> = found;
  if (coverage.state !== 'read') return { junit, coverage };
  const { percent, files } = coverage.value;
  const mapped = files.map((file) => ({ ...file, lines: new Map<number, LineState>(file.lines) }));
  return { junit, coverage: { state: 'read', value: { percent, files: mapped } } };
}
