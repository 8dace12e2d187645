/** Tells how the run goes that was started on the first page. */
import { runAddress } from '../../src/pages/ci/addresses.ts';
import type { ShownRun } from '../../src/pages/ci/shown-run.ts';
import { usePolled } from '../common/use-polled.ts';

const EVERY_MS = 2_000;

/** Its state, why it ended so, and the way to its page, its log and its report. */
export function StartedRun({ id }: { id: string }) {
  const { value: run, problem } = usePolled<ShownRun>(`/api/v1/ci/${id}`, EVERY_MS);
  if (problem !== undefined) return <output class="bad">{problem}</output>;
  if (run === undefined) return <output>Queued …</output>;
  return (
    <output>
      <strong class={run.state}>{run.state}</strong> {run.reason} <a href={runAddress(id)}>See the run</a>{' '}
      <a href={run.logUrl}>Log</a>
      {run.reportUrl !== null && (
        <>
          {' '}
          <a href={run.reportUrl} rel="noopener">
            Coverage report
          </a>
        </>
      )}
    </output>
  );
}
