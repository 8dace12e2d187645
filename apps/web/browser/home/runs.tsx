/** The last runs of the CI. */
import type { Run } from './api.ts';
import { usePolled } from './use-polled.ts';

const EVERY_MS = 5_000;
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** A table of them; a changed `version` looks again at once. */
export function Runs({ version }: { version: number }) {
  const { value, problem } = usePolled<{ runs: Run[] }>('/api/v1/ci?limit=8', EVERY_MS, version);
  if (value === undefined) return <p class={problem === undefined ? '' : 'bad'}>{problem ?? 'Asking …'}</p>;
  if (value.runs.length === 0) return <p>None yet. Test a branch: it takes a few seconds.</p>;
  return (
    <div class="runs-table">
      {problem !== undefined && <p class="bad">{problem}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">Result</th>
            <th scope="col">Branch</th>
            <th scope="col" class="optional">
              Commit
            </th>
            <th scope="col" class="optional">
              Coverage
            </th>
            <th scope="col" class="optional">
              Took
            </th>
            <th scope="col">More</th>
          </tr>
        </thead>
        <tbody>
          {value.runs.map((run) => (
            <Row key={run.id} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ run }: { run: Run }) {
  return (
    <tr>
      <td>
        <strong class={run.state}>{run.state}</strong>
        {run.reason !== null && <span class="reason optional">{run.reason}</span>}
      </td>
      <td>
        {run.branch}
        <span class="reason date">{SHORT.format(new Date(run.requestedAt))}</span>
      </td>
      <td class="optional">
        <code>{run.commit.slice(0, 8)}</code>
      </td>
      <td class="number optional">{run.coverage === null ? '–' : `${Math.round(run.coverage)} %`}</td>
      <td class="number optional">{run.durationMs === null ? '–' : `${(run.durationMs / 1000).toFixed(1)} s`}</td>
      <td>
        <a href={run.logUrl}>Log</a>{' '}
        {run.reportUrl !== null && (
          <a href={run.reportUrl} rel="noopener">
            Report
          </a>
        )}
      </td>
    </tr>
  );
}
