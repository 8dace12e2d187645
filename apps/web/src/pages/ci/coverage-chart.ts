/** How the coverage of a branch went, run by run: a chart whose points lead to their runs, and the same as a table. */
import { type Html, html } from '../html.ts';
import { runAddress } from './addresses.ts';
import { formatPercent, shortCommit, timeTag } from './format.ts';
import type { ShownRun } from './shown-run.ts';
import { stateTag, stateWord } from './state.ts';

/** Points that the chart has at most. */
export const CHART_RUNS = 50;

/** Runs to look through for them: some measure nothing. */
export const CHART_SOURCE_RUNS = 100;

type Measured = ShownRun & { coverage: number };

const isMeasured = (run: ShownRun): run is Measured => run.coverage !== null;

/** Shows the newest of `runs` (newest first) that have measured their coverage. */
export function coverageChart(runs: readonly ShownRun[], branch: string): Html {
  const measured = runs.filter(isMeasured).slice(0, CHART_RUNS).reverse();
  const [first] = measured;
  const last = measured.at(-1);
  if (first === undefined || last === undefined) {
    return html`<p class="empty">No run of ${branch} has measured its coverage yet.</p>`;
  }
  const scale = scaleFor(measured.map(({ coverage }) => coverage));
  const points = measured.map((run, index) => ({ run, x: across(index, measured.length), y: scale.up(run.coverage) }));
  return html`<figure class="chart">
<figcaption>Lines that the tests of <strong>${branch}</strong> reach, in per cent, run by run: now ${formatPercent(last.coverage)}. Each point leads to its run.</figcaption>
<div class="plot">
<svg class="axis" aria-hidden="true">${scale.ticks.map((tick) => html`<text x="100%" y="${scale.up(tick)}%" dy="0.35em" text-anchor="end">${tick} %</text>`)}</svg>
<svg class="area" role="group" aria-label="Coverage of ${branch}, oldest run first">
${scale.ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${scale.up(tick)}%" y2="${scale.up(tick)}%"/>`)}
${points.slice(1).map(({ x, y }, index) => html`<line class="trend" x1="${points[index]?.x ?? x}%" y1="${points[index]?.y ?? y}%" x2="${x}%" y2="${y}%"/>`)}
${points.map(({ run, x, y }) => point(run, x, y))}
</svg>
</div>
<p class="ends"><span>${timeTag(first.requestedAt)}</span>${measured.length > 1 ? html`<span>${timeTag(last.requestedAt)}</span>` : ''}</p>
<p class="legend"><span>${mark('passed')} passed</span> <span>${mark('failed')} failed</span></p>
<details><summary>The same as a table</summary>${tableOf(measured.toReversed())}</details>
</figure>`;
}

function point(run: Measured, x: number, y: number): Html {
  const says = `${formatPercent(run.coverage)}, ${stateWord(run.state).toLowerCase()}: ${run.subject ?? `commit ${shortCommit(run.commit)}`}`;
  return html`<a href="${runAddress(run.id)}" aria-label="${says}"><svg x="${x}%" y="${y}%"><title>${says}</title><circle class="reach" r="9"/>${shape(run.state)}</svg></a>
`;
}

/** Told apart by shape first: a disc is a run that passed, a square on its corner one that did not. */
const shape = (state: ShownRun['state']): Html =>
  state === 'passed'
    ? html`<circle class="mark passed" r="4"/>`
    : html`<path class="mark failed" d="M0 -6.2L6.2 0 0 6.2 -6.2 0z"/>`;

const mark = (state: ShownRun['state']): Html =>
  html`<svg class="icon" viewBox="-8 -8 16 16" aria-hidden="true">${shape(state)}</svg>`;

const tableOf = (runs: readonly Measured[]): Html => html`<table>
<thead><tr><th scope="col">When</th><th scope="col">Commit</th><th scope="col">Result</th><th scope="col" class="number">Coverage</th></tr></thead>
<tbody>${runs.map(
  (run) =>
    html`<tr data-key="${run.id}"><td class="when">${timeTag(run.requestedAt)}</td><td><a href="${runAddress(run.id)}">${run.subject ?? `Commit ${shortCommit(run.commit)}`}</a></td><td>${stateTag(run.state)}</td><td class="number">${formatPercent(run.coverage)}</td></tr>`,
)}</tbody>
</table>`;

const across = (index: number, points: number): number =>
  points === 1 ? 50 : round(1.5 + (97 * index) / (points - 1));

const round = (value: number): number => Math.round(value * 100) / 100;

/** A scale that shows differences: it begins below the lowest value rather than at nothing, and is 20 high at least. */
function scaleFor(values: readonly number[]): { ticks: number[]; up(value: number): number } {
  const high = Math.min(100, Math.ceil((Math.max(...values) + 2) / 10) * 10);
  const low = Math.max(0, Math.min(high - 20, Math.floor((Math.min(...values) - 2) / 10) * 10));
  const step = high - low <= 20 ? 5 : high - low <= 50 ? 10 : 20;
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => high - index * step);
  return { ticks, up: (value) => round(((high - value) / (high - low)) * 100) };
}
