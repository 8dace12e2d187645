/** The page around a coverage report: the report itself is in a frame that can neither leave it nor reach the lab. */
import type { CiRun } from '../ci/run.ts';
import type { LabInfo } from '../routes/status.ts';
import { listAddress, runAddress } from './ci/addresses.ts';
import { repositoryName } from './ci/format.ts';
import { html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

export type ReportFrameOptions = {
  lab: LabInfo;
  run: Pick<CiRun, 'id' | 'repository' | 'branch'>;
  /** Address of the file of the report: that of the page itself. */
  address: string;
};

/** Renders it. */
export function reportFramePage({ lab, run: { id, repository, branch }, address }: ReportFrameOptions): string {
  const body = html`${siteHeader(lab, 'ci')}
<main id="main">
<nav class="crumbs wrap wide" aria-label="Where this is"><a href="/ci">CI</a> / <a href="${listAddress({ repository })}">${repositoryName(repository)}</a> / <a href="${listAddress({ repository, branch })}">${branch}</a> / <a href="${runAddress(id)}">The run of this report</a> / <span>coverage report</span></nav>
<iframe title="Coverage report of ${branch}" sandbox="allow-scripts" src="${address}"></iframe>
</main>`;
  return page({ title: `Coverage report of ${branch} – CI – Cloud Lab`, body, styles: ['ci.css', 'report-frame.css'] });
}
