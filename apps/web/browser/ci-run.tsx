/** The live parts of the page of a run: how it goes, its log, its tests. */
import type { CiCoverage, CiTestList } from '@cloud-lab/common/ci-messages';
import { runAddress } from '../src/pages/ci/addresses.ts';
import { missingOf } from '../src/pages/ci/missing.ts';
import { runCoverage } from '../src/pages/ci/run-coverage.ts';
import { runHead, sentenceOf, titleOf } from '../src/pages/ci/run-head.ts';
import { runSteps } from '../src/pages/ci/run-steps.ts';
import { runTests } from '../src/pages/ci/run-tests.ts';
import { hasEnded, type ShownRun } from '../src/pages/ci/shown-run.ts';
import { stateWord } from '../src/pages/ci/state.ts';
import type { Html } from '../src/pages/html.ts';
import { html } from '../src/pages/html.ts';
import { filterTests } from './ci/filter-tests.ts';
import { followRun } from './ci/follow-run.ts';
import { createLogView } from './ci/log-view.ts';
import { ask, tell } from './common/api.ts';
import { addCopyButton } from './common/copy.ts';
import { show } from './common/show.ts';
import { startRun } from './common/start-form.tsx';
import { localiseTimes } from './common/times.ts';

const TICK_MS = 1_000;

/** An element that the page has; the server renders them all. */
function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no part ${id}`);
  return element;
}

const head = part('head');
const steps = part('steps');
const problem = part('problem');
const spoken = part('spoken');
const id = head.dataset.run ?? '';
/** What the server rendered of a finished run is complete. */
let documentsShown = head.dataset.state !== 'queued' && head.dataset.state !== 'running';
let run: ShownRun | undefined;
let said: string | undefined;

function showRun(): void {
  if (run === undefined) return;
  const now = Date.now();
  show(head, runHead(run, now));
  show(steps, runSteps(run, now));
}

/** Says aloud what changed since the page was opened: the state and the step, not each second. */
function announce(next: ShownRun): void {
  const words = `${stateWord(next.state)}. ${sentenceOf(next, Date.now())}`;
  if (said !== undefined && said !== words) spoken.textContent = words;
  said = words;
}

async function showDocument<T>(place: HTMLElement, url: string | null, view: (found: T) => Html, missing: string) {
  try {
    show(place, url === null ? html`<p class="empty">${missing}</p>` : view(await ask<T>(url)));
  } catch (error) {
    show(place, html`<p class="bad">${tell(error)}</p>`);
  }
}

async function showDocuments(ended: ShownRun): Promise<void> {
  documentsShown = true;
  const { testsUrl, coverageUrl } = ended;
  await Promise.all([
    showDocument<CiTestList>(
      part('tests-found'),
      testsUrl,
      (found) => runTests(found, testsUrl ?? ''),
      missingOf(ended, 'tests'),
    ),
    showDocument<CiCoverage>(
      part('coverage-found'),
      coverageUrl,
      (found) => runCoverage(ended, found),
      missingOf(ended, 'coverage'),
    ),
  ]);
  filterTests(part('tests'));
}

async function runAgain(button: HTMLButtonElement): Promise<void> {
  if (run === undefined) return;
  button.disabled = true;
  try {
    const next = await startRun(run.branch, run.repository);
    if (next.id !== id) location.assign(runAddress(next.id));
  } catch (error) {
    problem.textContent = tell(error);
  }
  button.disabled = false;
}

head.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>('[data-again]') : null;
  if (button !== null) void runAgain(button);
});
const log = createLogView(part('log'), part('to-end'));
localiseTimes(document);
filterTests(part('tests'));
for (const example of document.querySelectorAll<HTMLElement>('[data-copy]')) addCopyButton(example);

followRun(id, {
  onRun: (next) => {
    run = next;
    document.title = `${stateWord(next.state)}: ${titleOf(next)} – CI – Cloud Lab`;
    problem.textContent = '';
    showRun();
    announce(next);
    if (hasEnded(next) && !documentsShown) void showDocuments(next);
  },
  onLog: log.push,
  onLogRestart: log.clear,
  onEnd: log.end,
  onProblem: (text) => {
    problem.textContent = text;
  },
});
setInterval(() => {
  if (run !== undefined && !hasEnded(run) && !document.hidden) showRun();
}, TICK_MS);
