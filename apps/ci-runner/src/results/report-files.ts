/** The files of a coverage report under their paths in the project. */
import { floorPercent } from './percent.ts';

/** covered: reached. missed: not reached. partial: reached, but not every way on from it. */
export type LineState = 'covered' | 'missed' | 'partial';

/** What the tests reached of one file. */
export interface FileCoverage {
  /** Below the top of the repository. */
  path: string;
  /** 0 to 100, two decimals, as the tool itself says. */
  percent: number;
  /** The lines that can run, counted from 1. */
  lines: Map<number, LineState>;
}

/** What the tests reached. */
export interface Coverage {
  /** 0 to 100, two decimals: the total that the tool itself says, whatever `files` would add up to. */
  percent: number;
  /** Those that lie in the repository and have lines that can run; each path once. */
  files: FileCoverage[];
}

/** Where a job finds its repository. */
const CHECKOUT = '/job/src';
const MAX_PATH_LENGTH = 4096;

/** The path of a file below the top of the repository, or null when it is not of the repository or no plain path. */
export function projectPath(path: string): string | null {
  const slashed = path.replaceAll('\\', '/');
  const relative = slashed.startsWith(`${CHECKOUT}/`) ? slashed.slice(CHECKOUT.length + 1) : slashed;
  if (relative.startsWith('/') || /^[A-Za-z]:/.test(relative)) return null;
  if (relative.length > MAX_PATH_LENGTH || /\p{Cc}/u.test(relative)) return null;
  const parts = relative.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

/** How many of the lines that can run were reached, if only in part. */
export function countReached(states: Iterable<LineState>): { covered: number; total: number } {
  let covered = 0;
  let total = 0;
  for (const state of states) {
    total += 1;
    if (state !== 'missed') covered += 1;
  }
  return { covered, total };
}

const RANK: Readonly<Record<LineState, number>> = { missed: 0, partial: 1, covered: 2 };

/**
 * The files of the project, each once: lines that are told twice count as the better of the two. Files that have no
 * line that can run are left out: there is nothing to say of them, least of all 100 %.
 */
export function mergeFiles(files: Iterable<FileCoverage>): FileCoverage[] {
  const merged = new Map<string, FileCoverage>();
  for (const file of files) {
    const path = projectPath(file.path);
    if (path === null || file.lines.size === 0) continue;
    const known = merged.get(path);
    if (known === undefined) {
      merged.set(path, { ...file, path });
      continue;
    }
    for (const [line, state] of file.lines) {
      const before = known.lines.get(line);
      if (before === undefined || RANK[state] > RANK[before]) known.lines.set(line, state);
    }
    const { covered, total } = countReached(known.lines.values());
    known.percent = floorPercent(covered, total);
  }
  return [...merged.values()];
}
