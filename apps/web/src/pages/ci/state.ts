/** How a state looks: a shape, a colour and a word, so that none of them has to be seen. */
import type { RunState } from '../../ci/run.ts';
import { Html, html } from '../html.ts';

/** States of a run, of a step and of a test. */
export type ShownState = RunState | 'pending' | 'done' | 'skipped';

const WORDS: Record<ShownState, string> = {
  queued: 'Queued',
  running: 'Running',
  passed: 'Passed',
  failed: 'Failed',
  errored: 'Errored',
  pending: 'Not yet',
  done: 'Done',
  skipped: 'Skipped',
};

const TICK = '<circle cx="8" cy="8" r="7.2" class="full"/><path class="sign" d="M4.6 8.3l2.4 2.4 4.4-5"/>';
const RING = '<circle cx="8" cy="8" r="6.2" class="line"/>';

/** A disc with a tick, a square with a cross, a triangle with a mark, rings for what has not ended. */
const SHAPES: Record<ShownState, string> = {
  queued: `${RING}<path class="line" d="M8 4.6V8l2.2 1.6"/>`,
  running:
    '<circle cx="8" cy="8" r="6.2" class="line faint"/><path class="line turning" d="M8 1.8A6.2 6.2 0 0 1 14.2 8"/>',
  passed: TICK,
  failed:
    '<rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2.5" class="full"/><path class="sign" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>',
  errored: '<path class="full" d="M8 .9l7.4 13.6H.6z"/><path class="sign" d="M8 5.6v4M8 11.7v.6"/>',
  pending: '<circle cx="8" cy="8" r="6.2" class="line dashed"/>',
  done: TICK,
  skipped: `${RING}<path class="line" d="M5 8h6"/>`,
};

/** The word for a state. */
export const stateWord = (state: ShownState): string => WORDS[state];

/** The shape alone, for beside its word. */
export const stateIcon = (state: ShownState): Html =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${new Html(SHAPES[state])}</svg>`;

/** Shape and word in the colour of the state; `word` says it otherwise. */
export const stateTag = (state: ShownState, word: string = stateWord(state)): Html =>
  html`<span class="state ${state}">${stateIcon(state)}<span>${word}</span></span>`;
