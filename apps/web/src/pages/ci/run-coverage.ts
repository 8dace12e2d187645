/** The coverage of a run: as a whole, of the changed lines, and file by file. */
import type { CiCoverage } from '@cloud-lab/common/ci-messages';
import { type Html, html } from '../html.ts';
import { fileAddress } from './addresses.ts';
import { shareBar } from './bar.ts';
import { count, formatPercent } from './format.ts';
import { changedSentence } from './run-head.ts';
import type { ShownRun } from './shown-run.ts';

type File = CiCoverage['files'][number];

/** Sentences, and a table of files that leads to their lines. */
export function runCoverage({ id, reportUrl }: ShownRun, { percent, lines, changed, files }: CiCoverage): Html {
  const ofChanged =
    changed === null || changed.total === 0
      ? html`The commit changed no line that can run.`
      : html`${changedSentence(changed)}.`;
  return html`<p><strong>${formatPercent(percent)}</strong>: the tests reach ${lines.covered} of ${count(lines.total, 'line')} that can run. ${ofChanged}</p>
${
  files.length === 0
    ? ''
    : html`<table class="files">
<caption>Files that the commit changed come first, then those that the tests reach least.</caption>
<thead><tr><th scope="col">File</th><th scope="col" class="share">Coverage</th><th scope="col" class="number wide">Lines</th><th scope="col" class="number">Changed lines</th></tr></thead>
<tbody>
${files.toSorted(byInterest).map((file) => fileRow(id, file))}
</tbody>
</table>`
}
${reportUrl === null ? '' : html`<p class="meta"><a href="${reportUrl}" rel="noopener">The report of the coverage tool itself</a></p>`}`;
}

function fileRow(id: string, { path, percent, lines, changed }: File): Html {
  return html`<tr data-key="${path}"><td class="path"><a href="${fileAddress(id, path)}">${path}</a></td><td class="share"><span class="number">${formatPercent(percent)}</span>${shareBar(percent)}</td><td class="number wide">${lines.covered} of ${lines.total}</td><td class="number">${changed === null || changed.total === 0 ? html`<span class="wide">–</span>` : html`${changed.covered} of ${changed.total}<span class="narrow"> changed lines</span>`}</td></tr>`;
}

const isChanged = ({ changed }: File): number => (changed !== null && changed.total > 0 ? 1 : 0);

const byInterest = (a: File, b: File): number =>
  isChanged(b) - isChanged(a) || a.percent - b.percent || a.path.localeCompare(b.path);
