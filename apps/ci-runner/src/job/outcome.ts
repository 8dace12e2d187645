/** What a run comes to, beside who ran it and when. */
import type { CiResult } from '@cloud-lab/common/ci-messages';
import type { Verdict } from '../results/verdict.ts';

/** The verdict, and what of its results can be looked at. */
export type Outcome = Verdict &
  Pick<CiResult, 'tests' | 'coverage' | 'changedLines' | 'hasReport' | 'hasTests' | 'hasCoverage'>;

/** The outcome of a run of which nothing but the verdict can be said. */
export const withoutResults = (verdict: Verdict): Outcome => ({
  ...verdict,
  tests: null,
  coverage: null,
  changedLines: null,
  hasReport: false,
  hasTests: false,
  hasCoverage: false,
});

/** The outcome of a run that could not be done. */
export const errored = (reason: string): Outcome => withoutResults({ state: 'errored', exitCode: 1, reason });
