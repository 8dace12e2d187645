/** The program that reads results in the sandbox, as it is run there, and what the runner makes of what it hands over. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CiCoverage, CiTestList } from '@cloud-lab/common/ci-messages';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResultError } from '../../../apps/ci-runner/src/results/result-error.ts';
import { readResultSummary } from '../../../apps/ci-runner/src/results/result-summary.ts';

const PROGRAM = join(import.meta.dirname, '../../../apps/ci-runner/src/read-results.ts');
const JUNIT =
  '<testsuite name="a" tests="2" failures="1"><testcase name="x"/><testcase name="y"><failure/></testcase></testsuite>';
const LCOV = 'SF:a.js\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n';

let job: string;
beforeEach(() => {
  job = mkdtempSync(join(tmpdir(), 'lab-results-'));
  mkdirSync(join(job, 'out'));
});
afterEach(() => rmSync(job, { recursive: true, force: true }));

const run = (...args: string[]): string =>
  execFileSync(process.execPath, [PROGRAM, '--out', 'out/results', ...args], { cwd: job, encoding: 'utf8' });
const readOut = (path: string): string => readFileSync(join(job, 'out/results', path), 'utf8');
const found = () => readResultSummary(readOut('summary.json'));
const write = (path: string, text: string | Buffer): void => {
  mkdirSync(join(job, path, '..'), { recursive: true });
  writeFileSync(join(job, path), text);
};

describe('read-results', () => {
  it('takes the first file that is there, hands over what it counts, and leaves the rest as documents', () => {
    write('junit.xml', JUNIT);
    write('lcov.info', LCOV);
    write('src/a.js', 'one\ntwo\n');
    write('out/commit.diff', '--- a/a.js\n+++ b/a.js\n@@ -0,0 +2 @@\n+two\n');
    expect(run('--junit=none.xml', '--junit=junit.xml', '--coverage=lcov.info', '--diff=out/commit.diff')).toBe('');
    expect(found()).toEqual({
      junit: { state: 'read', tests: { passed: 1, failed: 1, skipped: 0 }, firstFailure: 'a > y' },
      coverage: { state: 'read', percent: 50, changed: { covered: 0, total: 1 }, files: 1 },
      report: { folder: 'out/results/report', problem: null },
    });
    expect(Value.Check(CiTestList, JSON.parse(readOut('tests.json')))).toBe(true);
    expect(Value.Check(CiCoverage, JSON.parse(readOut('coverage.json')))).toBe(true);
    expect(JSON.parse(readOut('coverage/0.json'))).toEqual({
      path: 'a.js',
      lines: [
        { text: 'one', state: 'covered', changed: false },
        { text: 'two', state: 'missed', changed: true },
      ],
    });
    expect(readOut('report/index.html')).toContain('a.js');
  });

  it('passes over a report that measured nothing, and says of a broken one what is wrong', () => {
    write('empty.info', '');
    write('broken.info', 'SF:a.js\nDA:1');
    run('--coverage=empty.info');
    expect(found().coverage).toEqual({ state: 'absent' });
    expect(run('--coverage=empty.info', '--coverage=broken.info')).toContain('broken.info: ');
    expect(found().coverage).toMatchObject({ state: 'malformed', problem: expect.stringContaining('broken.info: ') });
  });

  it('counts without the changed lines where the list of changes is broken or huge', () => {
    write('lcov.info', LCOV);
    write('out/commit.diff', '--- a/a.js\n+++ b/a.js\n@@ -0,0 +1,2 @@\n+a');
    expect(run('--coverage=lcov.info', '--diff=out/commit.diff')).toContain('is cut off');
    expect(found().coverage).toMatchObject({ state: 'read', changed: null });
    write('out/commit.diff', `--- a/b\n+++ b/b\n@@ -0,0 +1,3000000 @@\n${'+\n'.repeat(3_000_000)}`);
    expect(run('--coverage=lcov.info', '--diff=out/commit.diff')).toBe('');
    expect(found().coverage).toMatchObject({ state: 'read', changed: null });
  });

  it("takes the project's own report where it is not too large", () => {
    write('lcov.info', LCOV);
    write('src/html/index.html', 'own');
    expect(run('--coverage=lcov.info', '--report=src/none', '--report=src/html')).toBe('');
    expect(found().report).toEqual({ folder: 'src/html', problem: null });
    // Sparse: they take no room here, and 60 MiB wherever they are read.
    for (let index = 0; index < 6; index += 1) {
      write(`src/html/large-${index}.html`, '');
      truncateSync(join(job, `src/html/large-${index}.html`), 10 * 1024 * 1024 - 1);
    }
    const problem = 'The coverage report was not stored: it has 60 MiB, and 50 MiB are allowed.';
    expect(run('--coverage=lcov.info', '--report=src/html')).toContain(problem);
    expect(found().report).toEqual({ folder: 'out/results/report', problem });
    expect(run('--report=src/html')).toContain(problem);
    expect(found().report).toEqual({ folder: null, problem });
  });

  it('follows no link, neither to read nor to write', () => {
    const elsewhere = join(job, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    mkdirSync(join(job, 'out/other'));
    symlinkSync('/etc/passwd', join(job, 'junit.xml'));
    symlinkSync(join(job, 'out/other'), join(job, 'out/results'));
    run('--junit=junit.xml');
    expect(found().junit).toMatchObject({ state: 'malformed' });
    expect(readdirSync(join(job, 'out/other'))).toEqual([]);
    expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
  });
});

it.each(['', 'null', '{}', '{"junit":{"state":"read"},"coverage":{"state":"absent"}}', '[]'])(
  'the runner takes nothing but that form: %j',
  (text) => expect(() => readResultSummary(text)).toThrow(ResultError),
);
