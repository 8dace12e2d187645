/** Our rules for branch names are Git's. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseBranchName } from '../../../apps/web/src/ci/branch-name.ts';

const gitTakes = (name: string): boolean =>
  spawnSync('git', ['check-ref-format', '--branch', name], { cwd: '/' }).status === 0;

const TRICKY = [
  'main',
  'ci_fail',
  'feature/x',
  'Übung',
  '🚀',
  "it's;rm -rf $HOME",
  '$(id)',
  'a`id`',
  '--help',
  '-b',
  '../x',
  'a..b',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a.',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[0]',
  'a\\b',
  'a\nb',
  'a\u007fb',
  '@',
  '@{-1}',
  'a@{b',
  'a@b',
  'HEAD',
  'refs/heads/x',
];

describe('refuseBranchName', () => {
  it.each(TRICKY)('judges %j as Git does', (name) => {
    expect(refuseBranchName(name) === undefined).toBe(gitTakes(name));
  });

  it('refuses what is too long, has a NUL or is not Unicode', () => {
    expect(refuseBranchName('a'.repeat(255))).toBeUndefined();
    expect(refuseBranchName('a'.repeat(256))).toBe('it is longer than 255 bytes');
    expect(refuseBranchName('a\u0000b')).toBe('it holds a control character');
    expect(refuseBranchName('a\ud800')).toBe('it is not valid Unicode');
  });

  it('takes nothing that Git refuses', () => {
    const part = fc.constantFrom('a', 'B', '1', '.', '..', '/', '-', '@', '{', '.lock', '~', ' ', '\\', '\t', 'é', '*');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const name = parts.join('');
        return (refuseBranchName(name) === undefined) === gitTakes(name);
      }),
      { numRuns: 150 },
    );
  });
});
