/** The sample repository is the same in every lab, and is never made twice. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const samples = join(import.meta.dirname, '../../../samples');
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lab-seed-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seed = (from: string, name: string, environment: Record<string, string> = {}): string =>
  execFileSync('sh', [join(from, 'seed-repository.sh'), from, join(root, name)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
  });
const git = (name: string, ...args: string[]): string =>
  execFileSync('git', [`--git-dir=${join(root, name)}`, ...args], { encoding: 'utf8' }).trim();

describe('seed-repository.sh', () => {
  it('makes the same commits wherever and whenever it runs', () => {
    const copy = join(root, 'samples');
    cpSync(samples, copy, { recursive: true, filter: (path) => !path.includes('__pycache__') });
    utimesSync(join(copy, 'myapp/mylib.py'), 1, 1);
    seed(samples, 'one.git');
    seed(copy, 'two.git', { TZ: 'Asia/Tokyo', GIT_AUTHOR_NAME: 'Someone', HOME: root, LANG: 'C' });
    for (const branch of ['main', 'ci_fail']) {
      expect(git('one.git', 'rev-parse', branch)).toBe(git('two.git', 'rev-parse', branch));
    }
  });

  it('has two branches that differ in the one line that fails', () => {
    expect(git('one.git', 'branch', '--format=%(refname:short)').split('\n').sort()).toEqual(['ci_fail', 'main']);
    expect(git('one.git', 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(git('one.git', 'diff', '--unified=0', '--no-color', 'main', 'ci_fail').split('\n').slice(-2)).toEqual([
      '-    2.0',
      '+    3.0',
    ]);
    expect(git('one.git', 'config', 'http.receivepack')).toBe('true');
  });

  it('loses nothing to a clean-up', () => {
    git('one.git', 'gc', '--quiet', '--prune=now');
    expect(git('one.git', 'show', 'ci_fail:mylib.py')).toContain('def add_numbers(num1, num2):');
    expect(git('one.git', 'fsck', '--strict')).toBe('');
  });

  it('leaves a repository that is there as it is', () => {
    const before = statSync(join(root, 'one.git/config')).mtimeMs;
    git('one.git', 'update-ref', 'refs/heads/main', 'ci_fail');
    expect(seed(samples, 'one.git')).toContain('is there already');
    expect(git('one.git', 'rev-parse', 'main')).toBe(git('one.git', 'rev-parse', 'ci_fail'));
    expect(statSync(join(root, 'one.git/config')).mtimeMs).toBe(before);
  });
});
