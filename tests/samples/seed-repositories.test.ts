/** The sample repositories are the same in every lab, and are never made twice. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const samples = join(import.meta.dirname, '../../samples');
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lab-seed-'));
  seed(samples, 'one', ['myapp', 'mynodeapp', 'own']);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seed = (from: string, folder: string, names: string[], environment: Record<string, string> = {}): string =>
  execFileSync('sh', [join(from, 'seed-repositories.sh'), from, join(root, folder), ...names], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
  });
const git = (repository: string, ...args: string[]): string =>
  execFileSync('git', [`--git-dir=${join(root, repository)}`, ...args], { encoding: 'utf8' }).trim();

describe('seed-repositories.sh', () => {
  it('makes the same commits wherever and whenever it runs', () => {
    const copy = join(root, 'samples');
    const isSource = (path: string): boolean => !/__pycache__|node_modules/.test(path);
    cpSync(samples, copy, { recursive: true, filter: isSource });
    utimesSync(join(copy, 'myapp/mylib.py'), 1, 1);
    seed(copy, 'two', ['myapp'], { TZ: 'Asia/Tokyo', GIT_AUTHOR_NAME: 'Someone', HOME: root, LANG: 'C' });
    for (const branch of ['main', 'ci_fail']) {
      expect(git('one/myapp.git', 'rev-parse', branch)).toBe(git('two/myapp.git', 'rev-parse', branch));
    }
  });

  it('has two branches of myapp that differ in the one line that fails', () => {
    const branches = git('one/myapp.git', 'branch', '--format=%(refname:short)').split('\n').sort();
    expect(branches).toEqual(['ci_fail', 'main']);
    expect(git('one/myapp.git', 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    const diff = git('one/myapp.git', 'diff', '--unified=0', '--no-color', 'main', 'ci_fail').split('\n');
    expect(diff.slice(-2)).toEqual(['-    2.0', '+    3.0']);
  });

  it('has a Node project, locked to what the public registry serves', () => {
    expect(git('one/mynodeapp.git', 'show', 'main:package-lock.json')).toContain('"integrity": "sha512-');
    expect(git('one/mynodeapp.git', 'ls-tree', '--name-only', '-r', 'main')).not.toContain('node_modules/');
  });

  it('makes an empty repository for any other name, ready for a push', () => {
    expect(git('one/own.git', 'branch')).toBe('');
  });

  it('leaves it to the Git server who may push: takes back what earlier versions allowed to everyone', () => {
    const allowed = (repository: string): string => git(repository, 'config', '--default', 'unset', 'http.receivepack');
    expect(allowed('one/own.git')).toBe('unset');
    git('one/own.git', 'config', 'http.receivepack', 'true');
    seed(samples, 'one', ['own']);
    expect(allowed('one/own.git')).toBe('unset');
  });

  it('loses nothing to a clean-up', () => {
    git('one/myapp.git', 'gc', '--quiet', '--prune=now');
    expect(git('one/myapp.git', 'show', 'ci_fail:mylib.py')).toContain('def add_numbers(num1, num2):');
    expect(git('one/myapp.git', 'fsck', '--strict')).toBe('');
  });

  it('leaves a repository that is there as it is', () => {
    const config = join(root, 'one/myapp.git/config');
    const before = statSync(config).mtimeMs;
    git('one/myapp.git', 'update-ref', 'refs/heads/main', 'ci_fail');
    expect(seed(samples, 'one', ['myapp'])).toContain('is there already');
    expect(git('one/myapp.git', 'rev-parse', 'main')).toBe(git('one/myapp.git', 'rev-parse', 'ci_fail'));
    expect(statSync(config).mtimeMs).toBe(before);
  });
});
