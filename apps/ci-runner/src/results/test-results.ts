/** Reads what the test tools wrote: counts from JUnit XML, coverage from coverage.py's JSON. Anything odd is an error. */
import type { CiTests } from '@cloud-lab/common/ci-messages';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import Type from 'typebox';
import { Value } from 'typebox/value';

const Count = Type.Integer({ minimum: 0 });
const TestCase = Type.Object({
  '@name': Type.Optional(Type.String()),
  '@classname': Type.Optional(Type.String()),
  failure: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
});
const JUnit = Type.Object({
  testsuites: Type.Object({
    testsuite: Type.Array(
      Type.Object({
        '@tests': Count,
        '@failures': Count,
        '@errors': Count,
        '@skipped': Count,
        testcase: Type.Optional(Type.Array(TestCase)),
      }),
      { minItems: 1 },
    ),
  }),
});
const Coverage = Type.Object({ totals: Type.Object({ percent_covered: Type.Number({ minimum: 0, maximum: 100 }) }) });

export interface JUnitResult {
  tests: CiTests;
  /** Name of the first test that failed, for people. */
  firstFailure: string | null;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => name === 'testsuite' || name === 'testcase',
  processEntities: false,
});

/**
 * Counts the tests of a JUnit file.
 * @throws Error when it isn't such a file or its numbers don't add up.
 */
export function parseJUnit(xml: string): JUnitResult {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`The list of test results is not XML: ${valid.err.msg}`);
  const document = Value.Convert(JUnit, parser.parse(xml));
  if (!Value.Check(JUnit, document)) throw new Error('The list of test results has an unknown form.');

  const suites = document.testsuites.testsuite;
  const sum = (field: '@tests' | '@failures' | '@errors' | '@skipped') =>
    suites.reduce((total, suite) => total + suite[field], 0);
  const failed = sum('@failures') + sum('@errors');
  const skipped = sum('@skipped');
  const passed = sum('@tests') - failed - skipped;
  if (passed < 0) throw new Error('The list of test results counts more failures than tests.');

  const broken = suites
    .flatMap((suite) => suite.testcase ?? [])
    .find((test) => test.failure !== undefined || test.error !== undefined);
  const name = [broken?.['@classname'], broken?.['@name']].filter((part) => part !== undefined && part !== '');
  return { tests: { passed, failed, skipped }, firstFailure: broken === undefined ? null : name.join('.') };
}

/**
 * Reads the total of a coverage.json, in per cent with two decimals.
 * @throws Error when it isn't such a file.
 */
export function parseCoverage(json: string): number {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new Error('The coverage result is not JSON.', { cause });
  }
  if (!Value.Check(Coverage, document)) throw new Error('The coverage result has no total between 0 and 100.');
  return Math.round(document.totals.percent_covered * 100) / 100;
}
