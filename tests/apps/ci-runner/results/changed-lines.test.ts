/** The lines that a commit changed, out of what git printed; also with names that are hard to tell. */
import { describe, expect, it } from 'vitest';
import { readChangedLines } from '../../../../apps/ci-runner/src/results/changed-lines.ts';
import { ResultError } from '../../../../apps/ci-runner/src/results/result-error.ts';
import { readFixture } from './fixtures.ts';

/** Whichever way the pieces are cut. */
const piecesOf = (diff: string, size = 7): Buffer[] => {
  const bytes = Buffer.from(diff);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
};
const NUMBERS = Array.from({ length: 100 }, (_, index) => index);

const read = async (diff: string) => {
  const changed = await readChangedLines(piecesOf(diff));
  return Object.fromEntries(
    [...changed].map(([name, lines]) => [name, NUMBERS.filter((number) => lines.includes(number))]),
  );
};

describe('readChangedLines', () => {
  it('finds what was added or changed, under the names that the files have', async () => {
    expect(await read(readFixture('changes.diff'))).toEqual({
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

  it('takes names that git does not quote', async () => {
    const diff = '--- a/é ü.py\t\n+++ b/é ü.py\t\n@@ -1 +1,2 @@\n-a\n+b\n+c\n';
    expect(await read(diff)).toEqual({ 'é ü.py': [1, 2] });
  });

  it('takes lines that look like headers for lines', async () => {
    const diff = '--- a/x\n+++ b/x\n@@ -4 +4,2 @@ def f():\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n';
    expect(await read(diff)).toEqual({ x: [4, 5] });
  });

  it('finds none where nothing changed', async () => expect(await read('')).toEqual({}));

  it('keeps nothing of files that do not matter', async () => {
    const diff = readFixture('changes.diff');
    const changed = await readChangedLines(piecesOf(diff), (path) => path === 'new.py');
    expect([...changed.keys()]).toEqual(['new.py']);
  });

  it('takes ten million lines for one range, in little memory and time', async () => {
    const piece = Buffer.from('+\n'.repeat(100_000));
    function* pieces(): Generator<Buffer> {
      yield Buffer.from('--- /dev/null\n+++ b/x.py\n@@ -0,0 +1,10000000 @@\n');
      for (let count = 0; count < 100; count += 1) yield piece;
    }
    const before = process.memoryUsage().heapUsed;
    const lines = (await readChangedLines(pieces())).get('x.py');
    expect(lines?.size).toBe(1);
    expect([1, 10_000_000, 10_000_001].map((line) => lines?.includes(line))).toEqual([true, true, false]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  }, 20_000);

  it.each([
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a', 'is cut off'],
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n', 'is cut off'],
    ['--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\ndiff --git a/y b/y\n', 'not as long as it says'],
    ['--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n', 'names a file in a way'],
    [`--- a/x\n+++ b/x\n${'@@ -1 +1 @@\n-a\n+b\n'.repeat(200_001)}`, 'has too many parts'],
  ])('refuses what is broken (%#)', async (diff, message) => {
    const reading = readChangedLines([Buffer.from(diff)]);
    await expect(reading).rejects.toThrow(ResultError);
    await expect(reading).rejects.toThrow(message);
  });
});
