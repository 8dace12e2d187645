/** Words for what a run has not left. */
import { hasEnded, type ShownRun } from './shown-run.ts';

/** Why a document of a run is not there yet, or never will be. */
export function missingOf(run: Pick<ShownRun, 'state'>, what: 'tests' | 'coverage'): string {
  if (!hasEnded(run)) return `The ${what} will be here once the run has ended.`;
  const left = what === 'tests' ? 'This run left no list of tests.' : 'This run measured no coverage.';
  return `${left} The log tells why.`;
}
