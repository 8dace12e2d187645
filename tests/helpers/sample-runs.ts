/** Runs of the CI as a class of students leaves them, for pages to show. */
import { createHash, randomUUID } from 'node:crypto';
import {
  CI_STEPS,
  type CiCoverage,
  type CiCoverageFile,
  type CiResult,
  type CiStep,
  type CiStepName,
  type CiTestCase,
  coverageBlobName,
  coverageFileBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import type { NewRun } from '../../apps/web/src/ci/run-store.ts';

/** A run, what its runner said of it at the end, and what it left in the storage. */
export interface SampleRun {
  run: NewRun;
  result: CiResult;
  log: string;
  /** By the name of the blob. */
  documents: Record<string, unknown>;
}

export interface SampleRunOptions {
  repository?: string;
  branch?: string;
  subject: string;
  author?: string;
  requestedAt: Date;
  state?: CiResult['state'];
  reason?: string;
  coverage?: number | null;
  tests?: CiTestCase[];
  /** The step that ended the run, where it did not pass. */
  failedAt?: CiStepName;
  log?: string;
}

/** How long each step takes, in milliseconds. */
const TIMES: Record<CiStepName, number> = {
  queued: 400,
  allocate: 150,
  sandbox: 900,
  install: 4_200,
  test: 6_300,
  report: 700,
  cleanup: 350,
};

export const sampleCommit = (subject: string): string => createHash('sha1').update(subject).digest('hex');

/** Steps one after the other from `from` on; the one that failed leads to the cleaning up. */
export function sampleSteps(from: Date, failedAt?: CiStepName): CiStep[] {
  let at = from.getTime();
  const last = failedAt === undefined ? CI_STEPS.length : CI_STEPS.indexOf(failedAt) + 1;
  const names = CI_STEPS.filter(
    (name, index) => index < last || name === 'cleanup' || (failedAt === 'test' && name === 'report'),
  );
  return names.map((name) => {
    const startedAt = new Date(at).toISOString();
    at += TIMES[name];
    return { name, state: name === failedAt ? 'failed' : 'done', startedAt, finishedAt: new Date(at).toISOString() };
  });
}

/** Tests of a small library; two of them can fail. */
export function sampleTests(passed: number, failed = 0, skipped = 0): CiTestCase[] {
  const names = ['adds', 'rounds', 'parses', 'refuses', 'formats', 'converts', 'compares', 'reads', 'writes', 'sorts'];
  const things = ['whole numbers', 'fractions', 'negative numbers', 'an empty text', 'very large numbers', 'a list'];
  const make = (index: number, state: CiTestCase['state'], message: string | null): CiTestCase => ({
    name: `test_${names[index % names.length]}_${things[index % things.length]}${index >= 30 ? `_${index}` : ''}`.replaceAll(
      ' ',
      '_',
    ),
    suite: ['tests/test_numbers.py', 'tests/test_text.py', 'tests/test_files.py'][index % 3] ?? '',
    state,
    durationMs: state === 'skipped' ? null : 3 + ((index * 37) % 400),
    message,
  });
  return [
    ...FAILURES.slice(0, failed).map(({ name, message }, index) => ({
      ...make(0, 'failed', message),
      name,
      durationMs: 2 + index,
    })),
    ...Array.from({ length: skipped }, (_, index) => make(failed + index, 'skipped', 'needs a display')),
    ...Array.from({ length: passed }, (_, index) => make(failed + skipped + index, 'passed', null)),
  ];
}

const FAILURES = [
  {
    name: 'test_rounds_below_zero',
    message: `    def test_rounds_below_zero():
>       assert round_half_even(-2.5) == -2
E       assert -3 == -2
E        +  where -3 = round_half_even(-2.5)

tests/test_numbers.py:41: AssertionError`,
  },
  {
    name: 'test_leaves_infinity_as_it_is',
    message: `    def test_leaves_infinity_as_it_is():
>       assert round_half_even(math.inf) == math.inf

tests/test_numbers.py:47:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
>   return round(number * factor) / factor
E   OverflowError: cannot convert float infinity to integer

mylib/numbers.py:16: OverflowError`,
  },
];

/** A finished run with all that it leaves. */
export function sampleRun(options: SampleRunOptions): SampleRun {
  const { repository = 'myapp', branch = 'main', subject, author = 'Ann Berg', requestedAt, failedAt } = options;
  const { state = 'passed', coverage = 87.5, tests = sampleTests(41) } = options;
  const id = randomUUID();
  const steps = sampleSteps(requestedAt, failedAt);
  const startedAt = steps[1]?.startedAt ?? requestedAt.toISOString();
  const finishedAt = steps.at(-1)?.finishedAt ?? startedAt;
  const ran = failedAt === undefined || failedAt === 'test';
  const number = (wanted: CiTestCase['state']): number => tests.filter((test) => test.state === wanted).length;
  const measured = ran && coverage !== null;
  const document = measured ? sampleCoverage(coverage) : undefined;
  return {
    run: { id, repository, branch, commit: sampleCommit(subject), requestedAt },
    result: {
      id,
      state,
      runner: 'ci-1',
      startedAt,
      steps,
      author,
      subject,
      exitCode: state === 'passed' ? 0 : 1,
      reason: options.reason ?? `All ${tests.length} tests passed.`,
      finishedAt,
      durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
      tests: ran ? { passed: number('passed'), failed: number('failed'), skipped: number('skipped') } : null,
      coverage: measured ? coverage : null,
      changedLines: document?.changed ?? null,
      hasReport: measured,
      hasTests: ran,
      hasCoverage: measured,
    },
    log: options.log ?? sampleLog(branch, tests),
    documents: {
      ...(ran ? { [testsBlobName(id)]: { tests } } : {}),
      ...(document === undefined
        ? {}
        : { [coverageBlobName(id)]: document, [coverageFileBlobName(id, 0)]: SAMPLE_FILE }),
    },
  };
}

/** What a runner and pytest write, colours and a line that is written over included. */
export function sampleLog(branch: string, tests: readonly CiTestCase[]): string {
  const lines = tests.map(({ suite, name, state }) => {
    const colour = state === 'failed' ? 31 : state === 'skipped' ? 33 : 32;
    return `${suite}::${name} \u001b[${colour}m${state.toUpperCase()}\u001b[0m`;
  });
  return [
    `Fetching branch ${branch} of myapp`,
    'Resolved 9 packages in 212ms',
    'Downloading 10 %\rDownloading 60 %\rDownloaded 9 packages in 1.20s',
    'Installed 9 packages in 44ms',
    ' + coverage==7.13.4',
    ' + pytest==9.0.2',
    '\u001b[1m============================= test session starts ==============================\u001b[0m',
    `collected ${tests.length} items`,
    '',
    ...lines,
    '',
    `\u001b[1m${tests.length} tests in 5.91s\u001b[0m`,
    '',
  ].join('\n');
}

const PATHS = ['mylib/numbers.py', 'mylib/__init__.py', 'mylib/files.py', 'mylib/text.py', 'mylib/units.py'];

/** Coverage of five files, of which the first was changed by the commit. */
export function sampleCoverage(percent: number): CiCoverage {
  const files = PATHS.map((path, index) => {
    const total = 14 + index * 18;
    const own = index === 0 ? 75 : index === 1 ? 100 : Math.max(0, Math.min(100, percent + (index - 3) * 9));
    const covered = Math.round((total * own) / 100);
    const changed = index === 0 ? { covered: 3, total: 4 } : null;
    return { path, percent: Math.round((covered / total) * 10_000) / 100, lines: { covered, total }, changed };
  });
  return {
    percent,
    lines: { covered: Math.round(2.5 * percent), total: 250 },
    changed: { covered: 3, total: 4 },
    files,
  };
}

type Line = CiCoverageFile['lines'][number];
const SOURCE: [Line['state'], '+' | '', string][] = [
  [null, '', '"""Numbers: adding, rounding and reading them."""'],
  [null, '', ''],
  ['covered', '', 'import math'],
  [null, '', ''],
  [null, '', ''],
  ['covered', '', 'def add_numbers(num1, num2):'],
  [null, '', '    """Add two numbers."""'],
  ['covered', '', '    return num1 + num2'],
  [null, '', ''],
  [null, '', ''],
  ['covered', '', 'def round_half_even(number, digits=0):'],
  [
    null,
    '',
    '    """Round to the nearest; a tie goes to the even neighbour, as in banking and in IEEE 754, where it is the default of all arithmetic."""',
  ],
  ['covered', '+', '    factor = 10**digits'],
  ['partial', '+', '    if math.isinf(number) or math.isnan(number):'],
  ['missed', '+', '        return number'],
  ['covered', '+', '    return round(number * factor) / factor'],
  [null, '', ''],
  [null, '', ''],
  ['covered', '', 'def parse_number(text):'],
  [null, '', '    """Read a number; a comma may stand for the point."""'],
  ['covered', '', '    cleaned = text.strip().replace(",", ".")'],
  ['partial', '', '    if not cleaned:'],
  ['missed', '', '        raise ValueError("there is no number in an empty text")'],
  ['covered', '', '    try:'],
  ['covered', '', '        return float(cleaned)'],
  ['missed', '', '    except ValueError:'],
  [
    'missed',
    '',
    '        raise ValueError(f"{text!r} is not a number; write it like 3.5, with digits and at most one point or comma") from None',
  ],
];

/** The changed file, line by line. */
export const SAMPLE_FILE: CiCoverageFile = {
  path: 'mylib/numbers.py',
  lines: SOURCE.map(([state, mark, text]) => ({ state, changed: mark === '+', text })),
};
