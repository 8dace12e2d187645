/** What a run is of, how it stands, and why. */
import { type Html, html } from '../html.ts';
import { listAddress } from './addresses.ts';
import { bar, shareBar } from './bar.ts';
import { count, formatDuration, formatPercent, repositoryName, shortCommit, timeTag } from './format.ts';
import { hasEnded, type ShownRun } from './shown-run.ts';
import { stateTag, stateWord } from './state.ts';
import { stepRows } from './steps.ts';

/** The subject of its commit, or the commit itself while nobody knows the subject. */
export const titleOf = ({ subject, commit }: ShownRun): string => subject ?? `Commit ${shortCommit(commit)}`;

/** One sentence on how the run stands: why it ended so, or what it does now. */
export function sentenceOf(run: ShownRun, now: number): string {
  if (run.reason !== null) return run.reason;
  if (hasEnded(run)) return `The run has ended: ${stateWord(run.state).toLowerCase()}.`;
  const step = stepRows(run, now).find(({ state }) => state === 'running');
  return step?.doing ?? 'The run goes on.';
}

/** Heading, sentence, facts and, once they are known, the numbers. `now`: milliseconds since 1970. */
export function runHead(run: ShownRun, now: number): Html {
  return html`<div class="run-title">
<h1>${stateTag(run.state)} <span>${titleOf(run)}</span></h1>
${hasEnded(run) ? html`<button type="button" class="scripted plain" data-again>Run again</button>` : ''}
</div>
<p class="reason ${run.state}">${sentenceOf(run, now)}${run.tests !== null && run.tests.failed > 0 ? html` <a href="#tests">To the failed tests</a>` : ''}</p>
${numbers(run)}
<dl class="facts">
${fact('Branch', html`<a href="${listAddress({ repository: run.repository, branch: run.branch })}">${run.branch}</a>`)}
${fact('Repository', repositoryName(run.repository))}
${fact('Commit', html`<code title="${run.commit}">${shortCommit(run.commit)}</code>`)}
${fact('Author', run.author ?? '–')}
${fact('Runner', run.runner ?? '–')}
${fact('Asked for', timeTag(run.requestedAt))}
${fact(hasEnded(run) ? 'Took' : 'Running for', tookOf(run, now))}
</dl>`;
}

const fact = (name: string, value: string | Html): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`;

function tookOf({ durationMs, startedAt }: ShownRun, now: number): string {
  if (durationMs !== null) return formatDuration(durationMs);
  return startedAt === null ? '–' : formatDuration(now - Date.parse(startedAt));
}

function numbers({ tests, coverage, changedLines }: ShownRun): Html {
  const tiles: Html[] = [];
  if (tests !== null) {
    const ran = tests.passed + tests.failed;
    const skipped = tests.skipped === 0 ? '' : html`, ${tests.skipped} skipped`;
    const share = ran === 0 ? 0 : (tests.passed / ran) * 100;
    const pieces = [
      { from: 0, width: share, style: 'good' },
      { from: share, width: ran === 0 ? 0 : 100 - share, style: 'poor' },
    ];
    tiles.push(tile(html`<strong>${tests.passed}</strong> of ${count(ran, 'test')} passed${skipped}`, bar(...pieces)));
  }
  if (coverage !== null) {
    tiles.push(tile(html`<strong>${formatPercent(coverage)}</strong> of the code is covered`, shareBar(coverage)));
  }
  if (changedLines !== null && changedLines.total > 0)
    tiles.push(tile(changedSentence(changedLines), shareBar(shareOf(changedLines))));
  return tiles.length === 0 ? html`` : html`<ul class="tiles">${tiles}</ul>`;
}

const tile = (words: Html, share: Html): Html => html`<li><span>${words}</span>${share}</li>`;

/** Per cent of lines that are covered. */
export const shareOf = ({ covered, total }: { covered: number; total: number }): number =>
  total === 0 ? 100 : (covered / total) * 100;

/** `3 of 4 changed lines are covered`. */
export const changedSentence = ({ covered, total }: { covered: number; total: number }): Html =>
  html`<strong>${covered}</strong> of ${count(total, 'changed line')} ${covered === 1 ? 'is' : 'are'} covered`;
