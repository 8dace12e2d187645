/** Where the pages and badges of the CI are. */

/** What a badge can tell of a branch. */
export type BadgeKind = 'tests' | 'coverage';

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** The page of a run. */
export const runAddress = (id: string): string => `/ci/${id}`;

/** The page of one file of a run, line by line. */
export const fileAddress = (id: string, path: string): string => `/ci/${id}/coverage/${encodePath(path)}`;

export interface ListFilter {
  repository?: string | undefined;
  branch?: string | undefined;
  /** Id of a run: only older ones. */
  before?: string | undefined;
}

/** A query of what is given: `?branch=main`, or nothing. */
export function queryOf(filter: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** The list of runs. */
export const listAddress = (filter: ListFilter = {}): string => `/ci${queryOf({ ...filter })}`;

/**
 * The badge of a branch: `/badge/<branch>.svg` for its tests, `/badge/<branch>/coverage.svg` for its coverage.
 * `/badge/<branch>/tests.svg` is the first one's full form, for a branch that itself ends in `/coverage` or `/tests`.
 */
export function badgeAddress(branch: string, kind: BadgeKind, repository?: string): string {
  const ending = kind === 'tests' && !/\/(tests|coverage)$/.test(branch) ? '' : `/${kind}`;
  return `/badge/${encodePath(branch)}${ending}.svg${queryOf({ repository })}`;
}

/** What the part of a badge's address after `/badge/` asks for; undefined when it is no badge's address. */
export function parseBadgePath(path: string): { branch: string; kind: BadgeKind } | undefined {
  const [, whole] = /^(.+)\.svg$/s.exec(path) ?? [];
  if (whole === undefined) return undefined;
  const [, branch, kind] = /^(.+)\/(tests|coverage)$/s.exec(whole) ?? [];
  if (branch === undefined) return { branch: whole, kind: 'tests' };
  return { branch, kind: kind === 'coverage' ? 'coverage' : 'tests' };
}
