/** What the web app shows of a coverage report. */
import { CiCoverage, CiCoverageFile } from '@cloud-lab/common/ci-messages';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Coverage, LineState } from '../../../../apps/ci-runner/src/results/coverage.ts';
import { describeCoverage } from '../../../../apps/ci-runner/src/results/coverage-documents.ts';
import { LineRanges } from '../../../../apps/ci-runner/src/results/line-ranges.ts';

const fileOf = (path: string, ...states: (LineState | null)[]) => ({
  path,
  percent: 50,
  lines: new Map(states.flatMap((state, index) => (state === null ? [] : [[index + 1, state] as const]))),
});
const coverageOf = (...files: Coverage['files']): Coverage => ({ percent: 12.34, files });
const linesOf = (...lines: number[]): LineRanges => {
  const ranges = new LineRanges();
  for (const line of lines) ranges.add(line, 1);
  return ranges;
};
const noSource = () => Promise.resolve(null);

describe('describeCoverage', () => {
  const coverage = coverageOf(
    fileOf('b.py', 'covered', null, 'partial', 'missed'),
    fileOf('a/z.py', 'missed'),
    fileOf('a.py', null, 'covered'),
  );
  const changed = new Map([
    ['b.py', linesOf(1, 2, 4, 99)],
    ['a/z.py', linesOf(1)],
    ['a.py', linesOf(1)],
    ['README.md', linesOf(1, 2, 3)],
  ]);
  const sources: Readonly<Record<string, string>> = { 'b.py': 'one\r\ntwo\nthree\n\n', 'a.py': '' };

  it('counts lines that can run, those in part as reached, and of the changed ones only those', async () => {
    const { summary } = await describeCoverage(coverage, changed, async (path) => sources[path] ?? null);
    expect(Value.Errors(CiCoverage, summary)).toEqual([]);
    expect(summary).toEqual({
      percent: 12.34,
      lines: { covered: 3, total: 5 },
      changed: { covered: 1, total: 3 },
      files: [
        { path: 'a.py', percent: 50, lines: { covered: 1, total: 1 }, changed: null },
        { path: 'a/z.py', percent: 50, lines: { covered: 0, total: 1 }, changed: { covered: 0, total: 1 } },
        { path: 'b.py', percent: 50, lines: { covered: 2, total: 3 }, changed: { covered: 1, total: 2 } },
      ],
    });
  });

  it('shows sources line by line, in the order of the files; none where there is none', async () => {
    const { files } = await describeCoverage(coverage, changed, async (path) => sources[path] ?? null);
    for (const file of files) expect(Value.Errors(CiCoverageFile, file)).toEqual([]);
    expect(files).toEqual([
      { path: 'a.py', lines: [] },
      { path: 'a/z.py', lines: [] },
      {
        path: 'b.py',
        lines: [
          { text: 'one', state: 'covered', changed: true },
          { text: 'two', state: null, changed: true },
          { text: 'three', state: 'partial', changed: false },
          { text: '', state: 'missed', changed: true },
        ],
      },
    ]);
  });

  it('says null where no changed line can run', async () => {
    const { summary } = await describeCoverage(coverage, new Map([['a.py', linesOf(1)]]), noSource);
    expect(summary.changed).toBeNull();
  });

  it('lists 2,000 files and counts all', async () => {
    const names = Array.from({ length: 2_001 }, (_, index) => `${String(index).padStart(4, '0')}.py`);
    const many = coverageOf(...names.reverse().map((name) => fileOf(name, 'covered')));
    const { summary, files } = await describeCoverage(many, new Map(), noSource);
    expect(summary.lines).toEqual({ covered: 2_001, total: 2_001 });
    expect([summary.files.length, summary.files.at(-1)?.path]).toEqual([2_000, '1999.py']);
    expect(files.map(({ path }) => path)).toEqual(summary.files.map(({ path }) => path));
  });

  it('cuts long sources, and shows no more than it can hold', async () => {
    const files = Array.from({ length: 30 }, (_, index) => fileOf(`${10 + index}.py`, 'covered'));
    const wide = await describeCoverage(coverageOf(...files), new Map(), async () => 'x'.repeat(2 * 1024 * 1024));
    expect(wide.files[0]?.lines[0]?.text).toHaveLength(1024 * 1024);
    expect(wide.files.map(({ lines }) => lines.length)).toEqual([...Array(16).fill(1), ...Array(14).fill(0)]);
    const long = await describeCoverage(coverageOf(...files), new Map(), async () => '\n'.repeat(90_000));
    expect(long.files.map(({ lines }) => lines.length)).toEqual([...Array(6).fill(50_000), ...Array(24).fill(0)]);
  });
});
