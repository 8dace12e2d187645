/** Badges: a small picture that tells how the newest run of a branch ended. */

import type { BadgeKind } from './ci/addresses.ts';
import { formatPercent } from './ci/format.ts';
import type { ShownRun } from './ci/shown-run.ts';

/** What a badge looks at; undefined where no run of the branch has ended yet. */
export type BadgeRun = Pick<ShownRun, 'state' | 'coverage'> | undefined;

// Dark enough for white letters, and apart in brightness too.
const GREEN = '#1c7a45';
const YELLOW = '#8a5a00';
const RED = '#b3372b';
const ORANGE = '#a8480f';
const GREY = '#6b7680';

const TESTS: Partial<Record<ShownRun['state'], { message: string; color: string }>> = {
  passed: { message: 'passed', color: GREEN },
  failed: { message: 'failed', color: RED },
  errored: { message: 'error', color: ORANGE },
};

/** Word and colour of a badge. */
export function badgeWords(kind: BadgeKind, run: BadgeRun): { label: string; message: string; color: string } {
  const unknown = { label: kind, message: 'unknown', color: GREY };
  if (run === undefined) return unknown;
  if (kind === 'tests') return { ...unknown, ...TESTS[run.state] };
  if (run.coverage === null) return unknown;
  const color = run.coverage >= 80 ? GREEN : run.coverage >= 50 ? YELLOW : RED;
  return { label: kind, message: formatPercent(run.coverage), color };
}

/** The badge as SVG. */
export async function badgeImage(kind: BadgeKind, run: BadgeRun): Promise<string> {
  // Loaded with the first badge: its tables of letter widths take memory that a lab without badges can keep.
  const { makeBadge } = await import('badge-maker');
  return makeBadge(badgeWords(kind, run));
}
