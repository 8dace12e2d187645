/** What the test tools wrote, whole and broken: broken is an error and never 100 %. */
import { describe, expect, it } from 'vitest';
import { parseCoverage, parseJUnit } from '../../../apps/ci-runner/src/test-results.ts';

const suite = (attributes: string, cases = '') =>
  `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" ${attributes}>${cases}</testsuite></testsuites>`;

describe('parseJUnit', () => {
  it('counts passed, failed and skipped tests, and names the first failure', () => {
    const cases =
      '<testcase classname="a" name="ok" time="0.1"/>' +
      '<testcase classname="mylib" name="mylib.add" time="0.1"><failure message="&lt;x&gt;">text</failure></testcase>' +
      '<testcase classname="a" name="later"><error message="m"/></testcase>' +
      '<testcase classname="a" name="not today"><skipped/></testcase>';
    expect(parseJUnit(suite('errors="1" failures="1" skipped="1" tests="4"', cases))).toEqual({
      tests: { passed: 1, failed: 2, skipped: 1 },
      firstFailure: 'mylib.mylib.add',
    });
  });

  it('takes a run without tests', () => {
    expect(parseJUnit(suite('errors="0" failures="0" skipped="0" tests="0"'))).toEqual({
      tests: { passed: 0, failed: 0, skipped: 0 },
      firstFailure: null,
    });
  });

  it.each([
    ['', 'not XML'],
    ['<testsuites><testsuite', 'not XML'],
    ['<html></html>', 'unknown form'],
    ['<testsuites></testsuites>', 'unknown form'],
    [suite('tests="1"'), 'unknown form'],
    [suite('errors="0" failures="many" skipped="0" tests="1"'), 'unknown form'],
    [suite('errors="0" failures="-1" skipped="0" tests="1"'), 'unknown form'],
    [suite('errors="0" failures="2" skipped="0" tests="1"'), 'more failures than tests'],
  ])('refuses %j', (xml, message) => {
    expect(() => parseJUnit(xml)).toThrow(message);
  });
});

describe('parseCoverage', () => {
  it("takes the tool's own total", () => {
    expect(parseCoverage('{"meta":{},"totals":{"covered_lines":5,"percent_covered":55.55555555555556}}')).toBe(55.56);
  });

  it.each([
    ['', 'not JSON'],
    ['{"totals":', 'not JSON'],
    ['{}', 'no total'],
    ['{"totals":{}}', 'no total'],
    ['{"totals":{"percent_covered":"100"}}', 'no total'],
    ['{"totals":{"percent_covered":101}}', 'no total'],
    ['null', 'no total'],
  ])('refuses %j', (json, message) => {
    expect(() => parseCoverage(json)).toThrow(message);
  });
});
