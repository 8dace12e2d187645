/** The page of the CI: how the coverage went, a place to test a branch, and the runs. */
import type { LabInfo } from '../routes/status.ts';
import type { ListFilter } from './ci/addresses.ts';
import { coverageChart } from './ci/coverage-chart.ts';
import { repositoryName } from './ci/format.ts';
import { runList } from './ci/run-table.ts';
import type { ShownRun } from './ci/shown-run.ts';
import { type ShownUsage, usageList } from './ci/usage-list.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

export interface CiListOptions {
  lab: LabInfo;
  /** What the reader asked to see. */
  filter: ListFilter;
  /** All that may be tested; the first is the default one. */
  repositories: readonly string[];
  /** Newest first. */
  runs: readonly ShownRun[];
  /** Whether there are older ones. */
  hasOlder: boolean;
  /** The runs of the chart, newest first, and whose they are. */
  chart: { repository: string; branch: string; runs: readonly ShownRun[] };
  /** What each repository takes in the storage. */
  usage: readonly ShownUsage[];
  now: Date;
}

/** Renders it; ci.js brings the form to life and keeps the rest up to date. */
export function ciListPage({ lab, filter, repositories, runs, hasOlder, chart, usage, now }: CiListOptions): string {
  const severalRepositories = repositories.length > 1;
  const { repository, branch } = filter;
  const body = html`${siteHeader(lab, 'ci')}
<main id="main" class="wrap wide">
<h1>Continuous integration</h1>
<p class="lead">A run takes the newest commit of a branch into a sandbox, installs what the project needs, runs its tests and
measures which lines they reach. It shows within seconds whether a change broke something.</p>

<div class="split">
<section aria-labelledby="start-title">
<h2 id="start-title">Test a branch</h2>
<div id="start" data-repository="${repository ?? chart.repository}" data-branch="${branch ?? ''}"><p>Without JavaScript, ask the API: <code>POST /api/v1/ci</code> with <code>{"branch": "main"}</code>;
<a href="/#examples-title">the first page</a> has the whole command.</p></div>
</section>

<section aria-labelledby="trend-title">
<h2 id="trend-title">Coverage</h2>
<a class="skip" href="#runs-title">Past the chart, to the runs</a>
<div id="trend" data-repository="${chart.repository}" data-branch="${chart.branch}">${coverageChart(chart.runs, chart.branch)}</div>
</section>
</div>

<section aria-labelledby="runs-title">
<div class="section-head">
<h2 id="runs-title" tabindex="-1">${headingOf(filter, severalRepositories)}</h2>
${filterForm(filter, repositories)}
</div>
<div id="runs" data-repository="${repository ?? ''}" data-branch="${branch ?? ''}" data-before="${filter.before ?? ''}" data-several="${severalRepositories ? 'yes' : ''}">${runList({ runs, now: now.getTime(), withRepository: severalRepositories, filter, hasOlder })}</div>
</section>

<section aria-labelledby="storage-title">
<h2 id="storage-title">Storage</h2>
<p>Logs and reports are kept until the oldest have to make room, or their time is over; the newest run of a repository stays.</p>
${usageList(usage)}
</section>
</main>
<footer class="wrap wide"><p><a href="/api/v1/ci">These runs as JSON</a></p></footer>`;
  return page({ title: 'CI – Cloud Lab', body, script: 'ci.js', styles: ['ci.css', 'ci-list.css'] });
}

function headingOf({ repository, branch, before }: ListFilter, severalRepositories: boolean): string {
  const where = severalRepositories && repository !== undefined ? ` in ${repositoryName(repository)}` : '';
  return `${before === undefined ? 'Runs' : 'Older runs'}${branch === undefined ? '' : ` of ${branch}`}${where}`;
}

function filterForm({ repository, branch }: ListFilter, repositories: readonly string[]): Html {
  const options = repositories.map(
    (name) =>
      html`<option value="${name}"${name === repository ? html` selected` : ''}>${repositoryName(name)}</option>`,
  );
  return html`<form class="filter" action="/ci" method="get">
${repositories.length > 1 ? html`<label class="hidden" for="of-repository">Repository</label><select id="of-repository" name="repository"><option value="">All repositories</option>${options}</select>` : ''}
<label class="hidden" for="of-branch">Show the runs of branch</label>
<input id="of-branch" name="branch" list="known-branches" value="${branch ?? ''}" placeholder="All branches" autocomplete="off">
<datalist id="known-branches"></datalist>
<button class="plain">Show</button>
${repository === undefined && branch === undefined ? '' : html`<a href="/ci">All runs</a>`}
</form>`;
}
