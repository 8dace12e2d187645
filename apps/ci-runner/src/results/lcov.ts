/**
 * Reads lcov's trace files, as geninfo, Istanbul's tools, Node and coverage.py write them.
 *
 * The parsers on npm take a number that is none for 0 and a file that was cut off for whole; here both are errors.
 */

import { floorPercent } from './percent.ts';
import type { Coverage } from './report-files.ts';
import { countReached, type FileCoverage, type LineState, mergeFiles } from './report-files.ts';
import { NothingMeasured, ResultError } from './result-error.ts';

interface Section {
  /** Line -> how often it ran. */
  hits: Map<number, number>;
  /** Branch, named as the tool names it -> the line it is on, and how often it was taken. */
  branches: Map<string, { line: number; taken: number }>;
  /** The section's own sums; null where it has none, or where two sections were put together. */
  found: number | null;
  hit: number | null;
}

const DATA = /^DA:(\d+),(-?\d+)(?:,.*)?$/;
const BRANCH = /^BRDA:(\d+),(.*),(-|\d+)$/;
const SUM = /^L([FH]):(\d+)$/;
/** Functions, conditions, versions, comments: nothing that is read here. */
const OTHER = /^(?:(?:TN|FN|FNDA|FNF|FNH|FNL|FNA|BRF|BRH|VER|MCDC|MCF|MCH):|#)/;

const broken = (lineNumber: number, problem: string): ResultError =>
  new ResultError(`The coverage report is lcov, but its line ${lineNumber} ${problem}.`);

function addHit(section: Section, line: number, count: number): void {
  section.hits.set(line, (section.hits.get(line) ?? 0) + Math.max(count, 0));
}

function addBranch(section: Section, line: number, name: string, taken: string): void {
  const branch = section.branches.get(`${line},${name}`) ?? { line, taken: 0 };
  branch.taken += taken === '-' ? 0 : Number(taken);
  section.branches.set(`${line},${name}`, branch);
}

function readSections(text: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let section: Section | null = null;
  let isRepeated = false;
  let lineNumber = 0;
  for (const line of text.split(/\r?\n/)) {
    lineNumber += 1;
    if (line === '' || OTHER.test(line)) continue;
    if (line.startsWith('SF:')) {
      if (section !== null) throw broken(lineNumber, 'begins a file before the one above has ended');
      const known = sections.get(line.slice(3));
      isRepeated = known !== undefined;
      section = known ?? { hits: new Map(), branches: new Map(), found: null, hit: null };
      sections.set(line.slice(3), section);
      continue;
    }
    if (section === null) throw broken(lineNumber, 'belongs to no file');
    const data = DATA.exec(line);
    const branch = BRANCH.exec(line);
    const sum = SUM.exec(line);
    if (data !== null) addHit(section, Number(data[1]), Number(data[2]));
    else if (branch !== null) addBranch(section, Number(branch[1]), branch[2] ?? '', branch[3] ?? '-');
    else if (sum !== null) section[sum[1] === 'F' ? 'found' : 'hit'] = Number(sum[2]);
    else if (line === 'end_of_record') {
      if (isRepeated) Object.assign(section, { found: null, hit: null });
      section = null;
    } else throw broken(lineNumber, 'has a form that lcov does not know');
  }
  if (section !== null)
    throw new ResultError('The coverage report is lcov, but it ends within a file: it was cut off.');
  return sections;
}

function lineStates({ hits, branches }: Section): Map<number, LineState> {
  const untaken = new Set([...branches.values()].filter(({ taken }) => taken === 0).map(({ line }) => line));
  return new Map(
    [...hits].map(([line, count]) => [line, count === 0 ? 'missed' : untaken.has(line) ? 'partial' : 'covered']),
  );
}

/**
 * The total is that of the sums LH and LF, rounded down, as Istanbul's tools do, which write most of these files.
 * @throws ResultError when it isn't such a report; NothingMeasured
 */
export function readLcov(text: string): Coverage {
  const files: FileCoverage[] = [];
  let covered = 0;
  let total = 0;
  for (const [path, section] of readSections(text)) {
    const lines = lineStates(section);
    const counted = countReached(lines.values());
    const found = section.found ?? counted.total;
    const hit = section.hit ?? counted.covered;
    if (hit > found)
      throw new ResultError('The coverage report is lcov, but counts more lines reached than there are.');
    covered += hit;
    total += found;
    files.push({ path, percent: found === 0 ? 0 : floorPercent(hit, found), lines });
  }
  if (total === 0) throw new NothingMeasured();
  return { percent: floorPercent(covered, total), files: mergeFiles(files) };
}
