/** The list of runs. Made on the server, and again in the browser while runs go on. */
import { type Html, html } from '../html.ts';
import { type ListFilter, listAddress, runAddress } from './addresses.ts';
import { count, formatDuration, formatPercent, repositoryName, shortCommit, timeTag } from './format.ts';
import type { ShownRun } from './shown-run.ts';
import { stateTag } from './state.ts';

/** Runs on one page of the list. */
export const RUNS_SHOWN = 25;

export interface RunTableOptions {
  runs: readonly ShownRun[];
  /** Now, in milliseconds: how long have those been going on that have not ended. */
  now: number;
  /** Whether to say which repository each run is of. */
  withRepository: boolean;
}

/** A table, newest first; on a phone the same in two columns. */
export function runTable({ runs, now, withRepository }: RunTableOptions): Html {
  if (runs.length === 0)
    return html`<p class="empty">There are no runs here yet. Test a branch: it takes a few seconds.</p>`;
  return html`<table class="runs">
<thead>
<tr><th scope="col">Result</th><th scope="col">Commit</th><th scope="col" class="wide number">Tests</th><th scope="col" class="wide number">Coverage</th><th scope="col" class="wide number">Took</th><th scope="col" class="wide">When</th></tr>
</thead>
<tbody>
${runs.map((run) => row(run, now, withRepository))}
</tbody>
</table>`;
}

function row(run: ShownRun, now: number, withRepository: boolean): Html {
  const tests = testsOf(run);
  const coverage = run.coverage === null ? undefined : formatPercent(run.coverage);
  const brief = [tests, coverage, tookOf(run, now)].filter((each) => each !== undefined);
  const { repository, branch } = run;
  return html`<tr data-key="${run.id}">
<td>${stateTag(run.state)}</td>
<td class="what"><a href="${runAddress(run.id)}">${run.subject ?? `Commit ${shortCommit(run.commit)}`}</a>
<span class="meta">${withRepository ? html`<a href="${listAddress({ repository })}">${repositoryName(repository)}</a> ` : ''}<a href="${listAddress({ repository, branch })}">${branch}</a> <code>${shortCommit(run.commit)}</code>${run.author === null ? '' : html` <span>${run.author}</span>`}</span>
<span class="meta narrow">${brief.map((each) => html`<span>${each}</span> `)}${timeTag(run.requestedAt)}</span></td>
<td class="wide number">${tests ?? '–'}</td>
<td class="wide number">${coverage ?? '–'}</td>
<td class="wide number">${tookOf(run, now) ?? '–'}</td>
<td class="wide when">${timeTag(run.requestedAt)}</td>
</tr>`;
}

/** `39 of 41`: those that passed of those that ran. */
function testsOf({ tests }: ShownRun): string | undefined {
  if (tests === null) return undefined;
  const ran = tests.passed + tests.failed;
  return tests.failed === 0 ? count(ran, 'test') : `${tests.passed} of ${count(ran, 'test')}`;
}

function tookOf({ state, startedAt, durationMs }: ShownRun, now: number): string | undefined {
  if (durationMs !== null) return formatDuration(durationMs);
  return state === 'running' && startedAt !== null ? formatDuration(now - Date.parse(startedAt)) : undefined;
}

/** The table, and the way to the pages before and after it. */
export function runList(options: RunTableOptions & { filter: ListFilter; hasOlder: boolean }): Html {
  const { runs, hasOlder, filter } = options;
  const { repository, branch, before } = filter;
  const last = hasOlder ? runs.at(-1) : undefined;
  return html`${runTable(options)}
<nav class="pager" aria-label="Pages of the list">${before === undefined ? '' : html`<a href="${listAddress({ repository, branch })}">Newest runs</a> `}${last === undefined ? '' : html`<a href="${listAddress({ repository, branch, before: last.id })}" rel="next">Older runs</a>`}</nav>`;
}
