/** The program that reads results in the sandbox, as it is run there, and what the runner makes of what it hands over. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFoundResults } from '../../../apps/ci-runner/src/results/found-results.ts';
import { ResultError } from '../../../apps/ci-runner/src/results/result-error.ts';

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
  execFileSync(process.execPath, [PROGRAM, '--out', 'out/results.json', ...args], { cwd: job, encoding: 'utf8' });
const found = () => readFoundResults(readFileSync(join(job, 'out/results.json'), 'utf8'));

describe('read-results', () => {
  it('takes the first file that is there, and hands it over whole', () => {
    writeFileSync(join(job, 'junit.xml'), JUNIT);
    writeFileSync(join(job, 'lcov.info'), LCOV);
    expect(run('--junit=none.xml', '--junit=junit.xml', '--coverage=lcov.info')).toBe('');
    const { junit, coverage } = found();
    expect(junit).toMatchObject({ state: 'read', value: { tests: { passed: 1, failed: 1, skipped: 0 } } });
    expect(coverage).toMatchObject({ state: 'read', value: { percent: 50 } });
    if (coverage.state !== 'read') throw new Error('no coverage');
    expect([...(coverage.value.files[0]?.lines ?? [])]).toEqual([
      [1, 'covered'],
      [2, 'missed'],
    ]);
  });

  it('passes over a report that measured nothing, and says of a broken one what is wrong', () => {
    writeFileSync(join(job, 'empty.info'), '');
    writeFileSync(join(job, 'broken.info'), 'SF:a.js\nDA:1');
    run('--coverage=empty.info');
    expect(found().coverage).toEqual({ state: 'absent' });
    expect(run('--coverage=empty.info', '--coverage=broken.info')).toContain('broken.info: ');
    expect(found().coverage).toMatchObject({ state: 'malformed', problem: expect.stringContaining('broken.info: ') });
  });

  it('follows no link, neither to read nor to write', () => {
    const elsewhere = join(job, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync('/etc/passwd', join(job, 'junit.xml'));
    symlinkSync(elsewhere, join(job, 'out/results.json'));
    run('--junit=junit.xml');
    expect(found().junit).toMatchObject({ state: 'malformed' });
    expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
    expect(existsSync(elsewhere)).toBe(true);
  });
});

it.each(['', 'null', '{}', '{"junit":{"state":"read"},"coverage":{"state":"absent"}}', '[]'])(
  'the runner takes nothing but that form: %j',
  (text) => expect(() => readFoundResults(text)).toThrow(ResultError),
);
