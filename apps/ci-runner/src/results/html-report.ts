/** An HTML coverage report for projects whose tools left none. */
import libCoverage, { type CoverageMapData, type FileCoverageData, type Range } from 'istanbul-lib-coverage';
import libReport from 'istanbul-lib-report';
import HtmlReport from 'istanbul-reports/lib/html/index.js';
import type { Coverage } from './coverage.ts';
import { plainText } from './plain-text.ts';
import type { FileCoverage, LineState } from './report-files.ts';
import { ResultError } from './result-error.ts';
import { createLineReader, type ReadSource } from './sources.ts';

/** With their folders' pages these still are fewer files than a run may publish. */
const MAX_FILES = 900;
/** Istanbul takes more than a kilobyte for a line. */
const MAX_LINES = 150_000;
/** Istanbul puts names into its pages as they are. */
const UNSAFE_NAME = /[<>&"'\p{Cc}]/u;
const NO_SOURCE = 'The source of this file is not here.';

/** One statement for each line, and for a line that was reached in part a branch that was not taken. */
function describeFile(path: string, lines: ReadonlyMap<number, LineState>): FileCoverageData {
  const entries = [...lines].sort(([a], [b]) => a - b);
  const rangeOf = (line: number): Range => ({
    start: { line, column: 0 },
    end: { line, column: Number.MAX_SAFE_INTEGER },
  });
  const partial = entries.filter(([, state]) => state === 'partial');
  return {
    path,
    statementMap: Object.fromEntries(entries.map(([line]) => [line, rangeOf(line)])),
    s: Object.fromEntries(entries.map(([line, state]) => [line, state === 'missed' ? 0 : 1])),
    branchMap: Object.fromEntries(
      partial.map(([line]) => {
        const range = rangeOf(line);
        return [line, { line, type: 'branch', loc: range, locations: [range, range] }];
      }),
    ),
    b: Object.fromEntries(partial.map(([line]) => [line, [1, 0]])),
    fnMap: {},
    f: {},
  };
}

async function readSources(files: readonly FileCoverage[], readSource: ReadSource): Promise<Map<string, string>> {
  const readLines = createLineReader(readSource);
  const sources = new Map<string, string>();
  for (const { path } of files) {
    const lines = await readLines(path);
    // Istanbul makes `<` and `>` of two control characters.
    if (lines.length > 0) sources.set(path, plainText(lines.join('\n')));
  }
  return sources;
}

/** Those that can be shown, as many as there is room for. */
function chooseFiles(files: readonly FileCoverage[]): FileCoverage[] {
  let room = MAX_LINES;
  const chosen = files.filter(({ path, lines }) => {
    if (UNSAFE_NAME.test(path) || lines.size > room) return false;
    room -= lines.size;
    return true;
  });
  return chosen.slice(0, MAX_FILES);
}

/**
 * Writes the pages, index.html being the first, of at most 900 files with 150,000 lines that can run.
 * @param folder a folder that no job can write to: what lies there is written over
 * @throws ResultError when there is no file to show, or names of files and folders get in each other's way.
 */
export async function writeHtmlReport(coverage: Coverage, readSource: ReadSource, folder: string): Promise<void> {
  const files = chooseFiles(coverage.files);
  if (files.length === 0)
    throw new ResultError('The coverage report names no file of the repository that can be shown.');
  const sources = await readSources(files, readSource);
  const data: CoverageMapData = {};
  for (const { path, lines } of files) data[path] = describeFile(path, lines);
  const context = libReport.createContext({
    dir: folder,
    coverageMap: libCoverage.createCoverageMap(data),
    sourceFinder: (path) => sources.get(path) ?? NO_SOURCE,
  });
  try {
    new HtmlReport({}).execute(context);
  } catch (cause) {
    throw new ResultError('The pages of the coverage report could not be written.', { cause });
  }
}
