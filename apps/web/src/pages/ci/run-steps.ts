/** The steps of a run as a line in time. */
import { type Html, html } from '../html.ts';
import { bar } from './bar.ts';
import { formatDuration } from './format.ts';
import type { ShownRun } from './shown-run.ts';
import { stateIcon, stateWord } from './state.ts';
import { type StepRow, stepRows } from './steps.ts';

const LEAST_WIDTH = 1.2;

/** A list of all steps; each opens to say what happens in it. `now`: milliseconds since 1970. */
export function runSteps(run: ShownRun, now: number): Html {
  const rows = stepRows(run, now);
  const begin = Math.min(...rows.map(({ from }) => from ?? Number.POSITIVE_INFINITY));
  const end = Math.max(...rows.map(({ to }) => to ?? Number.NEGATIVE_INFINITY), begin + 1);
  return html`<ol class="steps">
${rows.map((row) => step(row, begin, end - begin))}
</ol>
<p class="meta">All of it: ${formatDuration(end - begin)}. Open a step to read what happens in it.</p>`;
}

function step({ name, title, text, state, from, to }: StepRow, begin: number, total: number): Html {
  const begun = from !== null && to !== null;
  const width = begun ? Math.max(LEAST_WIDTH, ((to - from) / total) * 100) : 0;
  const left = begun ? Math.min(100 - width, ((from - begin) / total) * 100) : 0;
  return html`<li class="${state}" data-key="${name}"><details>
<summary><span class="state ${state}">${stateIcon(state)}<span class="hidden">${stateWord(state)}: </span></span><span class="title">${title}</span><span class="took">${begun ? formatDuration(to - from) : notBegun(state)}</span>${bar({ from: left, width, style: state })}</summary>
<p>${text}</p>
</details></li>
`;
}

const notBegun = (state: StepRow['state']): string => (state === 'skipped' ? 'not reached' : 'not yet');
