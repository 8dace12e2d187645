/** The word that was meant. */
import { describe, expect, it } from 'vitest';
import { suggestWord } from '../../../../apps/ci-runner/src/projects/suggest-word.ts';

const KNOWN = ['language', 'install', 'test', 'timeout'] as const;

describe('suggestWord', () => {
  it.each([
    ['instal', 'install'],
    ['TEST', 'test'],
    ['tset', 'test'],
    ['lang', 'language'],
    ['te', 'test'],
    ['timeuot', 'timeout'],
    ['script', null],
    ['', null],
    ['i', null],
    ['x'.repeat(100_000), null],
  ])('for %.10s: %s', (word, meant) => expect(suggestWord(word, KNOWN)).toBe(meant));
});
