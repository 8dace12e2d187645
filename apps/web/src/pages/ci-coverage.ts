/** One file of a run, line by line: which lines the tests reach. */
import type { CiCoverageFile } from '@cloud-lab/common/ci-messages';
import type { LabInfo } from '../routes/status.ts';
import { fileAddress, listAddress, queryOf, runAddress } from './ci/addresses.ts';
import { count } from './ci/format.ts';
import { titleOf } from './ci/run-head.ts';
import type { ShownRun } from './ci/shown-run.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

type Line = CiCoverageFile['lines'][number];
type NumberedLine = Line & { number: number };

export interface CiCoverageOptions {
  lab: LabInfo;
  run: ShownRun;
  file: CiCoverageFile;
  /** Whether to leave out what is far from a changed line. */
  onlyChanged: boolean;
}

/** Lines around a changed one that are shown with it. */
const AROUND = 3;
const SIGNS = { covered: '✓', missed: '✗', partial: '◐' } as const;
const COLOURS = { covered: 'good', missed: 'bad', partial: 'fair' } as const;
const WORDS = { covered: 'covered', missed: 'missed', partial: 'partly covered' } as const;

/** Renders it; ci-coverage.js leads from one missed line to the next. */
export function ciCoveragePage({ lab, run, file, onlyChanged }: CiCoverageOptions): string {
  const lines = file.lines.map((line, index) => ({ ...line, number: index + 1 }));
  const shown = onlyChanged ? lines.filter(({ number }) => isNearChange(file.lines, number - 1)) : lines;
  const address = fileAddress(run.id, file.path);
  const { id, repository, branch } = run;
  const firstMissed = shown.find(isMissed);
  const body = html`${siteHeader(lab, 'ci')}
<main id="main" class="wrap wide">
<nav class="crumbs" aria-label="Where this is"><a href="/ci">CI</a> / <a href="${listAddress({ repository, branch })}">${branch}</a> / <a href="${runAddress(id)}#coverage">${titleOf(run)}</a> / <span>this file</span></nav>
<h1 class="path">${file.path}</h1>
<p class="meta">${summaryOf(file.lines)}</p>
<p class="legend"><span><i class="${COLOURS.covered}">${SIGNS.covered}</i> covered</span> <span><i class="${COLOURS.missed}">${SIGNS.missed}</i> missed: no test reaches it</span> <span><i class="${COLOURS.partial}">${SIGNS.partial}</i> partly: not every branch was taken</span> <span><i class="added">+</i> changed by the commit</span></p>
<section class="source" aria-label="Lines of the file">
<div class="toolbar">
<p>${lines.some(({ changed }) => changed) ? scopeLinks(address, onlyChanged) : 'The commit did not change this file.'}</p>
${
  firstMissed === undefined
    ? ''
    : html`<p class="unscripted"><a href="#L${firstMissed.number}">To the first missed line</a></p>
<p class="scripted tools"><button type="button" class="plain" id="previous" aria-keyshortcuts="p">Previous missed <kbd>p</kbd></button> <button type="button" class="plain" id="next" aria-keyshortcuts="n">Next missed <kbd>n</kbd></button> <span role="status" id="place" class="meta"></span></p>`
}
</div>
<div class="code" id="code" tabindex="0" role="region" aria-label="Code of ${file.path}">
<table>
<thead class="hidden"><tr><th scope="col">Line</th><th scope="col">Changed</th><th scope="col">Covered</th><th scope="col">Code</th></tr></thead>
<tbody>
${shown.map((line, index) => html`${gapBetween(shown[index - 1]?.number ?? 0, line.number)}${codeLine(line)}`)}${gapBetween(shown.at(-1)?.number ?? 0, lines.length + 1)}
</tbody>
</table>
</div>
</section>
</main>`;
  const title = `${file.path} – Coverage – Cloud Lab`;
  return page({ title, body, script: 'ci-coverage.js', styles: ['ci.css', 'ci-coverage.css'] });
}

const isMissed = ({ state }: Line): boolean => state === 'missed' || state === 'partial';

const isNearChange = (lines: readonly Line[], index: number): boolean =>
  lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ changed }) => changed);

function summaryOf(lines: readonly Line[]): string {
  const runs = lines.filter(({ state }) => state !== null);
  const changed = runs.filter((line) => line.changed);
  const reached = (some: readonly Line[]): number => some.filter(({ state }) => state !== 'missed').length;
  const whole = `The tests reach ${reached(runs)} of ${count(runs.length, 'line')} that can run`;
  return changed.length === 0
    ? `${whole}.`
    : `${whole}, and ${reached(changed)} of ${changed.length} that the commit changed.`;
}

function scopeLinks(address: string, onlyChanged: boolean): Html {
  const link = (words: string, target: string, here: boolean): Html =>
    html`<a href="${target}"${here ? html` aria-current="true"` : ''}>${words}</a>`;
  return html`<span class="choice" role="group" aria-label="Lines to show">${link('Whole file', address, !onlyChanged)}${link('Only changed', address + queryOf({ only: 'changed' }), onlyChanged)}</span>`;
}

/** Says where lines are left out. */
const gapBetween = (number: number, next: number): Html =>
  next > number + 1 ? html`<tr class="gap"><td colspan="4">⋯</td></tr>\n` : html``;

function codeLine({ number, text, state, changed }: NumberedLine): Html {
  const style = [state ?? 'plain', ...(changed ? ['changed'] : [])].join(' ');
  const sign =
    state === null
      ? html`<td class="sign"></td>`
      : html`<td class="sign ${COLOURS[state]}" aria-label="${WORDS[state]}">${SIGNS[state]}</td>`;
  const mark = changed ? html`<td class="mark added" aria-label="changed">+</td>` : html`<td class="mark"></td>`;
  return html`<tr id="L${number}" class="${style}"><th scope="row"><a href="#L${number}">${number}</a></th>${mark}${sign}<td class="text">${text}</td></tr>
`;
}
