/** Reads JUnit XML, as pytest, Node, Vitest, jest-junit and others write it. */
import type { CiTestCase, CiTests } from '@cloud-lab/common/ci-messages';
import { enterSuite, mergeTeardowns, type Place, PYTEST, readCase, TOP } from './junit-case.ts';
import { ResultError } from './result-error.ts';
import { attributeOf, childrenOf, commentsOf, parseXml, type XmlElement } from './xml.ts';

/** What a JUnit file says. */
export interface JUnitResult {
  /** As counted by the test tool itself. */
  tests: CiTests;
  /** Name of the first test that failed, for people. */
  firstFailure: string | null;
  /** Failed ones first, then skipped ones; at most 5,000. */
  cases: CiTestCase[];
}

const MAX_CASES = 5_000;
/** Characters of all messages together: beyond, tests are listed without theirs. */
const MAX_MESSAGES_LENGTH = 2_000_000;
const ORDER: readonly CiTestCase['state'][] = ['failed', 'skipped', 'passed'];

function readCount(suite: XmlElement, name: string): number | null {
  const value = attributeOf(suite, name);
  if (value === undefined) return null;
  if (!/^\d{1,9}$/.test(value)) {
    throw new ResultError(
      `The list of test results says ${name}=${JSON.stringify(value.slice(0, 50))}, which is no number.`,
    );
  }
  return Number(value);
}

function countCases(cases: readonly CiTestCase[]): CiTests {
  const count = (state: CiTestCase['state']) => cases.filter((test) => test.state === state).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

const add = (a: CiTests, b: CiTests): CiTests => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/**
 * Counts a suite by what it says of itself, as some tools list tests that they don't count (jest-junit: `todo`). A suite
 * that has others in it is counted by its tests: what it says may be with the others or without them.
 */
function countSuite(suite: XmlElement, cases: readonly CiTestCase[]): CiTests {
  const listed = countCases(cases);
  const total = readCount(suite, 'tests');
  const failures = (readCount(suite, 'failures') ?? 0) + (readCount(suite, 'errors') ?? 0);
  const skips = readCount(suite, 'skipped') ?? 0;
  if (total === null || childrenOf(suite, 'testsuite').length > 0) return listed;
  const failed = Math.max(listed.failed, failures);
  const skipped = Math.max(listed.skipped, skips);
  if (failed + skipped > total) throw new ResultError('The list of test results counts more failures than tests.');
  return { passed: total - failed - skipped, failed, skipped };
}

const isPytest = (suite: XmlElement): boolean => attributeOf(suite, 'name') === PYTEST;

/** Adds the tests of a suite and of those in it to `cases`, and counts them. */
function readSuite(suite: XmlElement, outer: Place, cases: CiTestCase[]): CiTests {
  const place = enterSuite(suite, outer);
  const own = mergeTeardowns(childrenOf(suite, 'testcase').map((element) => readCase(element, place)));
  for (const test of own) cases.push(test);
  // The sums of pytest are not of tests: it counts subtests, and both when a test fails and then its clearing up does.
  const tests = isPytest(suite) ? countCases(own) : countSuite(suite, own);
  return childrenOf(suite, 'testsuite')
    .map((inner) => readSuite(inner, place, cases))
    .reduce(add, tests);
}

/** The sums that Node writes as comments at the end: the tests that have others in them are in these alone. */
function readNodeSums(root: XmlElement): CiTests | null {
  const sums = new Map<string, number>();
  for (const comment of commentsOf(root)) {
    const [, name, count] = /^\s*(tests|pass|fail|cancelled|skipped|todo) (\d{1,9})\s*$/.exec(comment) ?? [];
    if (name !== undefined) sums.set(name, Number(count));
  }
  const sum = (...names: string[]) => names.reduce((total, name) => total + (sums.get(name) ?? Number.NaN), 0);
  const tests = { passed: sum('pass'), failed: sum('fail', 'cancelled'), skipped: sum('skipped', 'todo') };
  return tests.passed + tests.failed + tests.skipped === sum('tests') ? tests : null;
}

function labelOf({ name, suite }: CiTestCase, separator: string): string {
  return suite === '' ? name : `${suite}${separator}${name}`;
}

/** The lab's own reporter for Node puts one run behind the other, which alone is no XML. */
function parseRuns(xml: string): XmlElement {
  const what = 'The list of test results';
  if (!xml.trimStart().startsWith('<testsuites')) return parseXml(xml, what);
  return childrenOf(parseXml(`<runs>${xml}</runs>`, what), 'runs')[0] ?? {};
}

/** Adds the tests of a run to `cases`, and counts them. */
function readRun(root: XmlElement, cases: CiTestCase[]): CiTests {
  const suites = childrenOf(root, 'testsuite').map((suite) => readSuite(suite, TOP, cases));
  const loose = childrenOf(root, 'testcase').map((element) => readCase(element, TOP));
  for (const test of loose) cases.push(test);
  return readNodeSums(root) ?? suites.reduce(add, countCases(loose));
}

function limitMessages(cases: readonly CiTestCase[]): CiTestCase[] {
  let room = MAX_MESSAGES_LENGTH;
  return cases.map((test) => {
    room -= test.message?.length ?? 0;
    return room < 0 ? { ...test, message: null } : test;
  });
}

/**
 * Counts and lists the tests of a JUnit file.
 * @throws ResultError when it isn't such a file, is cut off, too large, or its numbers don't add up.
 */
export function readJUnit(xml: string): JUnitResult {
  const document = parseRuns(xml);
  const runs = childrenOf(document, 'testsuites');
  const single = childrenOf(document, 'testsuite');
  if (runs.length + single.length === 0) {
    throw new ResultError('The list of test results is XML, but not JUnit XML: it has no testsuites.');
  }
  const cases: CiTestCase[] = [];
  const counts = [...runs.map((root) => readRun(root, cases)), ...single.map((suite) => readSuite(suite, TOP, cases))];
  const first = cases.find((test) => test.state === 'failed');
  const separator = [...runs.flatMap((root) => childrenOf(root, 'testsuite')), ...single].some(isPytest) ? '.' : ' > ';
  return {
    tests: counts.reduce(add),
    firstFailure: first === undefined ? null : labelOf(first, separator),
    cases: limitMessages(ORDER.flatMap((state) => cases.filter((test) => test.state === state)).slice(0, MAX_CASES)),
  };
}
