/** JUnit files of real tools: counted as the tools count, named as people name tests; broken ones are errors. */
import { describe, expect, it } from 'vitest';
import { readJUnit } from '../../../../apps/ci-runner/src/results/junit.ts';
import { ResultError } from '../../../../apps/ci-runner/src/results/result-error.ts';
import { readFixture } from './fixtures.ts';

const suite = (attributes: string, cases = '') => `<testsuite name="s" ${attributes}>${cases}</testsuite>`;
const suites = (...inner: string[]) => `<?xml version="1.0"?><testsuites>${inner.join('')}</testsuites>`;
const outline = (xml: string) => readJUnit(xml).cases.map((test) => [test.state, test.suite, test.name, test.message]);

describe('the list of pytest', () => {
  const { tests, firstFailure, cases } = readJUnit(readFixture('junit/pytest.xml'));

  it('is counted test by test', () => {
    expect(tests).toEqual({ passed: 8, failed: 4, skipped: 2 });
    expect(firstFailure).toBe('tests.test_prices.test_wrong');
    expect(cases).toHaveLength(14);
  });

  it('puts failures first and says why', () => {
    expect(cases[0]).toMatchObject({ state: 'failed', suite: 'tests.test_prices', name: 'test_wrong', durationMs: 1 });
    expect(cases[0]?.message).toContain('E       AssertionError: 1 < 2 & 3\nE       assert 1.2 == 2');
    expect(cases[2]?.message).toMatch(/^failed on setup with "RuntimeError: no fixture"\n@pytest\.fixture/);
    expect(cases.slice(4, 6)).toMatchObject([
      { state: 'skipped', name: 'test_later', message: 'not today' },
      { state: 'skipped', name: 'test_known', message: 'Expected to fail: known bug' },
    ]);
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['test_names[<a & b>]', 'test_names[quote"s]']),
    );
  });

  it('counts a test once that fails and whose clearing up fails too, and not its subtests', () => {
    const twice = readJUnit(readFixture('junit/pytest-twice.xml'));
    expect(twice.tests).toEqual({ passed: 1, failed: 3, skipped: 0 });
    expect(twice.cases[0]?.message).toMatch(/assert 0[\s\S]*failed on teardown with "RuntimeError: teardown"/);
    expect(twice.cases.map(({ name }) => name)).toEqual(['test_twice', 'test_skip_then_fail', 'test_sub', 'test_ok']);
  });

  it('may be empty', () => {
    const none = '<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="0" /></testsuites>';
    expect(readJUnit(none)).toEqual({ tests: { passed: 0, failed: 0, skipped: 0 }, firstFailure: null, cases: [] });
  });
});

describe("the list of Node's test runner", () => {
  const node = readFixture('junit/node.xml');

  it('gives the sums that Node printed, in which tests that have others in them are', () => {
    expect(node).toMatch(/pass 6 [\s\S]*fail 4 [\s\S]*cancelled 2 [\s\S]*skipped 2 [\s\S]*todo 2 /);
    expect(readJUnit(node).tests).toEqual({ passed: 6, failed: 6, skipped: 4 });
  });

  it('names tests by their suites, or by their file', () => {
    expect(readJUnit(node).firstFailure).toBe('prices > words > wrong');
    expect(outline(node)).toEqual(
      expect.arrayContaining([
        ['skipped', 'prices > words', 'todo fails', 'To do: bug'],
        ['skipped', 'prices > words', 'later', null],
        ['skipped', 'prices > words', 'why', 'not today'],
        ['passed', 'prices', 'adds <tax> & "more"', null],
        ['passed', 'test/prices.test.js', 'top', null],
      ]),
    );
  });

  it('counts by its tests where the sums are missing, each once however suites nest', () => {
    const { tests, cases } = readJUnit(node.replaceAll(/<!-- .* -->/g, ''));
    expect(tests.passed + tests.failed + tests.skipped).toBe(16);
    expect(cases).toHaveLength(16);
  });

  it('takes only sums at its end for sums', () => {
    const said = '<testsuites><!-- pass 9 --><testcase name="a"/>';
    const sums = ['tests 1', 'pass 1', 'fail 0', 'cancelled 0', 'skipped 0', 'todo 0'].map((sum) => `<!-- ${sum} -->`);
    expect(readJUnit(`${said}${sums.join('')}</testsuites>`).tests).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(readJUnit(`${said}<!-- tests 9 --></testsuites>`).tests).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it('may be of several runs, one behind the other', () => {
    const run = node.replace(/<\?xml.*\?>\n/, '');
    expect(readJUnit(run + run)).toMatchObject({
      tests: { passed: 12, failed: 12, skipped: 8 },
      firstFailure: 'prices > words > wrong',
    });
  });
});

describe('other lists', () => {
  it('of Vitest', () => {
    const { tests, firstFailure, cases } = readJUnit(readFixture('junit/vitest.xml'));
    expect(tests).toEqual({ passed: 3, failed: 2, skipped: 2 });
    expect(firstFailure).toBe('a.test.ts > math > deep > fails');
    expect(cases[0]?.message).toMatch(/^AssertionError: expected 'one' to be 'many'/);
    expect(cases.at(-3)).toMatchObject({ suite: 'a.test.ts', name: 'math > adds <1> & "2"', durationMs: 2.189 });
  });

  it('of jest-junit, which lists what is to do without counting it', () => {
    const { tests, cases } = readJUnit(readFixture('junit/jest.xml'));
    expect(tests).toEqual({ passed: 2, failed: 1, skipped: 1 });
    expect(cases[0]).toMatchObject({ state: 'failed', suite: 'math', name: 'math deep fails' });
    expect(cases[0]?.message).toContain('Expected: "many"');
  });

  it.each([
    [
      'one suite alone',
      suite('tests="2" failures="1"', '<testcase name="a"/><testcase name="b"><failure/></testcase>'),
      [1, 1, 0],
    ],
    [
      'suites in suites, with sums of all',
      suites(suite('tests="2"', suite('tests="2"', '<testcase name="a"/><testcase name="b"/>'))),
      [2, 0, 0],
    ],
    ['more failures than are listed', suites(suite('tests="2" errors="1"', '<testcase name="a"/>')), [1, 1, 0]],
    ['nothing at all', suites(), [0, 0, 0]],
  ] as const)('with %s', (_name, xml, [passed, failed, skipped]) => {
    expect(readJUnit(xml).tests).toEqual({ passed, failed, skipped });
  });

  it('decodes entities once, and takes colours and control characters out', () => {
    const name = 'a&lt;b&#10;c &amp;lt; &#x41; &unknown; &#0;&#99999999; \u001b[31mred\u001b[39m';
    const [test] = readJUnit(
      suites(suite('', `<testcase name="${name}"><failure><![CDATA[<b> &amp;]]></failure></testcase>`)),
    ).cases;
    expect(test).toMatchObject({ name: 'a<b\nc &lt; A &unknown; &#99999999; red', message: '<b> &amp;' });
  });

  it('cuts long lists, names and messages', () => {
    const cases = Array.from({ length: 5_001 }, (_, index) => `<testcase name="${index}"/>`);
    const long = `<testcase name="${'n'.repeat(600)}"><failure message="m">${'x'.repeat(20_000)}</failure></testcase>`;
    const read = readJUnit(suites(suite('', cases.join('') + long)));
    expect(read.tests).toEqual({ passed: 5_001, failed: 1, skipped: 0 });
    expect(read.cases).toHaveLength(5_000);
    expect(read.cases[0]?.name).toHaveLength(500);
    expect(read.cases[0]?.message).toHaveLength(10_000);
    expect(read.cases[0]?.message).toMatch(/\[cut here\]$/);
  });
});

describe('a broken list', () => {
  it.each([
    ['', 'is empty'],
    ['hello', 'not well-formed XML'],
    ['<testsuites><testsuite', 'not well-formed XML'],
    [readFixture('junit/node.xml').slice(0, 900), 'not well-formed XML'],
    ['<html></html>', 'not JUnit XML'],
    [suites(suite('tests="1" failures="many"')), 'failures="many", which is no number'],
    [suites(suite('tests="-1"')), 'tests="-1", which is no number'],
    [suites(suite('tests="1" failures="2"')), 'more failures than tests'],
    [`<!DOCTYPE a [<!ENTITY e "x">]>${suites()}`, 'declares entities'],
    [`<testsuites>${'<testsuite>'.repeat(300)}${'</testsuite>'.repeat(300)}</testsuites>`, 'cannot be taken'],
    ['<testsuites><__proto__ a="1"/></testsuites>', 'cannot be taken'],
    ['<a>'.padEnd(8 * 1024 * 1024 + 1), 'too large'],
    [`<testsuites>${'<a/>'.repeat(250_001)}</testsuites>`, 'too large'],
  ])('is refused, in words (%#)', (xml, message) => {
    expect(() => readJUnit(xml)).toThrow(ResultError);
    expect(() => readJUnit(xml)).toThrow(message);
  });

  it.each(['<!DOCTYPE', '<!--', '<![CDATA[', '<testsuites a="<!DOCTYPE '])('of many %s is refused at once', (part) => {
    const startedAt = performance.now();
    expect(() => readJUnit(part.repeat(200_000))).toThrow(ResultError);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
