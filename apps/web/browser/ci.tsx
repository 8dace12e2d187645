/** The live parts of the page of the CI. */
import { render } from 'preact';
import { queryOf, runAddress } from '../src/pages/ci/addresses.ts';
import { CHART_SOURCE_RUNS, coverageChart } from '../src/pages/ci/coverage-chart.ts';
import { RUNS_SHOWN, runList } from '../src/pages/ci/run-table.ts';
import { hasEnded, type ShownRun } from '../src/pages/ci/shown-run.ts';
import { ask } from './common/api.ts';
import { poll } from './common/poll.ts';
import { adopt, show } from './common/show.ts';
import { StartForm } from './common/start-form.tsx';
import { localiseTimes } from './common/times.ts';

const EVERY_MS = 4_000;

interface RunPage {
  runs: ShownRun[];
  next: string | null;
}

/** What the server wrote on an element; empty is undefined. */
const given = (element: HTMLElement, name: string): string | undefined =>
  element.dataset[name] === '' ? undefined : element.dataset[name];

function offerBranches(names: string[]): void {
  const options = names.map((name) => Object.assign(document.createElement('option'), { value: name }));
  document.getElementById('known-branches')?.replaceChildren(...options);
}

async function drawChart(place: HTMLElement): Promise<void> {
  const branch = given(place, 'branch') ?? 'main';
  const query = queryOf({ repository: given(place, 'repository'), branch, limit: CHART_SOURCE_RUNS });
  const { runs } = await ask<RunPage>(`/api/v1/ci${query}`);
  show(place, coverageChart(runs, branch));
}

/** Keeps the newest runs up to date; `onEnd` hears when one has ended. */
function followRuns(place: HTMLElement, onEnd: () => void): void {
  const filter = { repository: given(place, 'repository'), branch: given(place, 'branch') };
  const withRepository = given(place, 'several') !== undefined;
  const problem = document.createElement('p');
  let ended: Set<string> | undefined;
  problem.className = 'bad';
  poll<RunPage>({
    path: `/api/v1/ci${queryOf({ ...filter, limit: RUNS_SHOWN })}`,
    everyMs: EVERY_MS,
    onValue: ({ runs, next }) => {
      problem.remove();
      show(place, runList({ runs, now: Date.now(), withRepository, filter, hasOlder: next !== null }));
      const now = runs.filter(hasEnded).map(({ id }) => id);
      if (ended !== undefined && !now.every((id) => ended?.has(id))) onEnd();
      ended = new Set(now);
    },
    onProblem: (text) => {
      problem.textContent = text;
      place.before(problem);
    },
  });
}

const start = document.getElementById('start');
const trend = document.getElementById('trend');
const runs = document.getElementById('runs');

localiseTimes(document);
if (trend !== null) adopt(trend);
if (start !== null) {
  start.replaceChildren();
  render(
    <StartForm
      repository={given(start, 'repository')}
      branch={given(start, 'branch')}
      onStart={({ id }) => location.assign(runAddress(id))}
      onBranches={offerBranches}
    />,
    start,
  );
}
if (runs !== null && given(runs, 'before') === undefined) {
  // A chart that cannot be drawn anew just now stays as it is: the list says what is wrong.
  followRuns(runs, () => trend !== null && void drawChart(trend).catch(() => undefined));
}
