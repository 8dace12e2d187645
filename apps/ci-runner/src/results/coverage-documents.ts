/** From a coverage report to the documents that the web app shows. */
import type { CiCoverage, CiCoverageFile, CiLines } from '@cloud-lab/common/ci-messages';
import type { ChangedLines } from './changed-lines.ts';
import type { Coverage } from './coverage.ts';
import { plainText } from './plain-text.ts';
import { countReached, type FileCoverage, type LineState } from './report-files.ts';
import { createLineReader, type ReadSource } from './sources.ts';

const MAX_FILES = 2_000;

/** Of the lines that can run, those that the commit changed; null where there are none. */
function countChanged(file: FileCoverage, changed: ChangedLines): CiLines | null {
  const lines = changed.get(file.path);
  if (lines === undefined) return null;
  const states: LineState[] = [];
  for (const [line, state] of file.lines) if (lines.includes(line)) states.push(state);
  return states.length === 0 ? null : countReached(states);
}

function addLines(counts: readonly (CiLines | null)[]): CiLines | null {
  const known = counts.filter((count) => count !== null);
  if (known.length === 0) return null;
  return {
    covered: known.reduce((sum, { covered }) => sum + covered, 0),
    total: known.reduce((sum, { total }) => sum + total, 0),
  };
}

const comparePaths = (a: FileCoverage, b: FileCoverage): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/**
 * Describes coverage as a whole and line by line. `files[i]` of the result belongs to `summary.files[i]`: sorted by path,
 * at most 2,000, while the sums are of all. A file whose source cannot be read, or comes after the first 16 MiB of them,
 * has no lines; of a long one there are the first MiB or 50,000 lines.
 */
export async function describeCoverage(
  coverage: Coverage,
  changed: ChangedLines,
  readSource: ReadSource,
): Promise<{ summary: CiCoverage; files: CiCoverageFile[] }> {
  const counted = coverage.files.toSorted(comparePaths).map((file) => ({
    file,
    lines: countReached(file.lines.values()),
    changed: countChanged(file, changed),
  }));
  const listed = counted.slice(0, MAX_FILES);
  const readLines = createLineReader(readSource);
  const files: CiCoverageFile[] = [];
  for (const { file } of listed) {
    const touched = changed.get(file.path);
    const lines = (await readLines(file.path)).map((text, index) => ({
      text: plainText(text),
      state: file.lines.get(index + 1) ?? null,
      changed: touched?.includes(index + 1) ?? false,
    }));
    files.push({ path: file.path, lines });
  }
  const summary: CiCoverage = {
    percent: coverage.percent,
    lines: addLines(counted.map(({ lines }) => lines)) ?? { covered: 0, total: 0 },
    changed: addLines(counted.map((entry) => entry.changed)),
    files: listed.map(({ file, ...counts }) => ({ path: file.path, percent: file.percent, ...counts })),
  };
  return { summary, files };
}
