/** The lines that a commit changed, out of what git printed; also with names that are hard to tell. */
import { describe, expect, it } from 'vitest';
import { readChangedLines } from '../../../../apps/ci-runner/src/results/changed-lines.ts';
import { ResultError } from '../../../../apps/ci-runner/src/results/result-error.ts';
import { readFixture } from './fixtures.ts';

const read = (diff: string) =>
  Object.fromEntries([...readChangedLines(diff)].map(([name, lines]) => [name, [...lines]]));

describe('readChangedLines', () => {
  it('finds what was added or changed, under the names that the files have', () => {
    expect(read(readFixture('changes.diff'))).toEqual({
      '2024-01-01 10:00:00 +0100': [1],
      'a/b/x.py': [3],
      'added.py': [1, 2],
      'b/b': [1],
      'crlf.txt': [2],
      'ends with space ': [1],
      "it's": [2],
      'new.py': [5],
      'nn.txt': [1],
      'q"uote': [1],
      'tab\tname': [1],
      'with space/f g.py': [3, 4],
      'é/ü.py': [6],
    });
  });

  it('takes names that git does not quote', () => {
    const diff = '--- a/é ü.py\t\n+++ b/é ü.py\t\n@@ -1 +1,2 @@\n-a\n+b\n+c\n';
    expect(read(diff)).toEqual({ 'é ü.py': [1, 2] });
  });

  it('takes lines that look like headers for lines', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -4 +4,2 @@ def f():\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n';
    expect(read(diff)).toEqual({ x: [4, 5] });
  });

  it('finds none where nothing changed', () => expect(read('')).toEqual({}));

  it.each([
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a', 'is cut off'],
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n', 'not as long as it says'],
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\ndiff --git a/y b/y\n', 'not as long as it says'],
    ['--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n', 'names a file in a way'],
    ['x'.repeat(50 * 1024 * 1024 + 1), 'larger than 50 MiB'],
  ])('refuses what is broken (%#)', (diff, message) => {
    expect(() => readChangedLines(diff)).toThrow(ResultError);
    expect(() => readChangedLines(diff)).toThrow(message);
  });
});
