/** The page of one run. */
import type { CiCoverage, CiTestList } from '@cloud-lab/common/ci-messages';
import type { LabInfo } from '../routes/status.ts';
import { badgeAddress, listAddress } from './ci/addresses.ts';
import { repositoryName } from './ci/format.ts';
import { runCoverage } from './ci/run-coverage.ts';
import { runHead, titleOf } from './ci/run-head.ts';
import { runSteps } from './ci/run-steps.ts';
import { runTests } from './ci/run-tests.ts';
import type { ShownRun } from './ci/shown-run.ts';
import { stateWord } from './ci/state.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

/** What a run left: the document, or why it is not here. */
export type Left<T> = { found: T } | { missing: string };

export interface CiRunOptions {
  lab: LabInfo;
  run: ShownRun;
  tests: Left<CiTestList>;
  coverage: Left<CiCoverage>;
  /** Origin by which the reader came, for the addresses of the badges. */
  origin: string;
  /** Whether the run's repository is the one that addresses mean without naming it. */
  isDefaultRepository: boolean;
  now: Date;
}

/** Renders it; ci-run.js follows the run and its log. */
export function ciRunPage({ lab, run, tests, coverage, origin, isDefaultRepository, now }: CiRunOptions): string {
  const { id, repository, branch, state, logUrl, testsUrl } = run;
  const listTests = (found: CiTestList): Html => runTests(found, testsUrl ?? `/api/v1/ci/${id}/tests`);
  const body = html`${siteHeader(lab, 'ci')}
<main id="main" class="wrap wide">
<nav class="crumbs" aria-label="Where this is"><a href="/ci">CI</a> / <a href="${listAddress({ repository })}">${repositoryName(repository)}</a> / <a href="${listAddress({ repository, branch })}">${branch}</a> / <span>this run</span></nav>
<p class="hidden" role="status" id="spoken"></p>
<section id="head" class="head" data-run="${id}" data-state="${state}">${runHead(run, now.getTime())}</section>
<p id="problem" class="bad" role="alert"></p>

<div class="live">
<section aria-labelledby="steps-title">
<h2 id="steps-title">Steps</h2>
<div id="steps">${runSteps(run, now.getTime())}</div>
</section>

<section aria-labelledby="log-title" class="log-card">
<div class="section-head">
<h2 id="log-title">Log</h2>
<p class="tools"><button type="button" class="plain scripted" id="to-end" hidden>Follow the end</button> <a href="${logUrl}">As plain text</a></p>
</div>
<div id="log" class="log" role="region" aria-labelledby="log-title" tabindex="0"></div>
<p class="unscripted">Without JavaScript, read it <a href="${logUrl}">as plain text</a>: it grows while the run goes on.</p>
</section>
</div>

<section aria-labelledby="tests-title" id="tests">
<h2 id="tests-title">Tests</h2>
<div id="tests-found">${show(tests, listTests)}</div>
</section>

<section aria-labelledby="coverage-title" id="coverage">
<h2 id="coverage-title">Coverage</h2>
<div id="coverage-found">${show(coverage, (found) => runCoverage(run, found))}</div>
</section>

${badges(branch, isDefaultRepository ? undefined : repository, origin)}
</main>
<footer class="wrap wide"><p><a href="/api/v1/ci/${id}">This run as JSON</a></p></footer>`;
  const title = `${stateWord(state)}: ${titleOf(run)} – CI – Cloud Lab`;
  return page({ title, body, script: 'ci-run.js', styles: ['ci.css', 'ci-run.css'] });
}

const show = <T>(left: Left<T>, view: (found: T) => Html): Html =>
  'found' in left ? view(left.found) : html`<p class="empty">${left.missing}</p>`;

function badges(branch: string, repository: string | undefined, origin: string): Html {
  const list = origin + listAddress({ repository, branch });
  const snippet = (['tests', 'coverage'] as const)
    .map(
      (kind) => `[![${kind}](${forMarkdown(origin + badgeAddress(branch, kind, repository))})](${forMarkdown(list)})`,
    )
    .join(' ');
  return html`<section aria-labelledby="badge-title">
<h2 id="badge-title">Badges</h2>
<p>They tell how the newest run of <strong>${branch}</strong> ended: <img src="${badgeAddress(branch, 'tests', repository)}" alt="badge of the tests" height="20"> <img src="${badgeAddress(branch, 'coverage', repository)}" alt="badge of the coverage" height="20"></p>
<figure class="example">
<figcaption>For a README, in Markdown</figcaption>
<pre tabindex="0" data-copy><code>${snippet}</code></pre>
</figure>
</section>`;
}

/** Brackets would end the address of a Markdown link. */
const forMarkdown = (address: string): string => address.replaceAll('(', '%28').replaceAll(')', '%29');
