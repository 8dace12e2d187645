/** The tests of a run, failed ones first. */
import type { CiTestCase, CiTestList } from '@cloud-lab/common/ci-messages';
import { type Html, html } from '../html.ts';
import { count, formatDuration } from './format.ts';
import { stateTag, stateWord } from './state.ts';

/** More would make the page slow; the API has them all. */
const MAX_SHOWN = 2_000;
const ORDER = ['failed', 'skipped', 'passed'] as const satisfies CiTestCase['state'][];

/** The list with what filters it. `testsUrl`: where all of them are as JSON. */
export function runTests({ tests }: CiTestList, testsUrl: string): Html {
  if (tests.length === 0) return html`<p class="empty">The test tool has listed no tests.</p>`;
  const ordered = ORDER.flatMap((state) => tests.filter((test) => test.state === state));
  const counts = ORDER.map((state) => [state, ordered.filter((test) => test.state === state).length] as const);
  const shown = ordered.slice(0, MAX_SHOWN);
  const passed = shown.filter(({ state }) => state === 'passed');
  const more = ordered.length - MAX_SHOWN;
  return html`<form class="filter scripted" data-filter>
<fieldset><legend class="hidden">Show tests that are</legend>
${choice('', `All ${tests.length}`, true)}${counts.filter(([, number]) => number > 0).map(([state, number]) => choice(state, `${stateWord(state)} ${number}`, false))}
</fieldset>
<label class="hidden" for="test-words">Name of the test holds</label>
<input id="test-words" name="words" type="search" placeholder="Name of a test" autocomplete="off">
</form>
<p class="meta" role="status" data-shown></p>
${listOf(shown.filter(({ state }) => state !== 'passed'))}
${passed.length === 0 ? '' : html`<details class="passed-tests"><summary>${count(passed.length, 'test')} that passed</summary>${listOf(passed)}</details>`}
<p class="meta">${more > 0 ? html`${count(more, 'more test')}: ` : ''}<a href="${testsUrl}">All of them as JSON</a></p>`;
}

const choice = (value: string, words: string, checked: boolean): Html =>
  html`<label><input type="radio" name="state" value="${value}"${checked ? html` checked` : ''}><span>${words}</span></label>`;

const listOf = (tests: readonly CiTestCase[]): Html =>
  tests.length === 0 ? html`` : html`<ul class="tests">\n${tests.map(testItem)}</ul>`;

function testItem(test: CiTestCase): Html {
  const took = test.durationMs === null ? '' : formatDuration(test.durationMs);
  const line = html`${stateTag(test.state)}<span class="name">${test.name}${test.suite === '' ? '' : html` <span class="meta">${test.suite}</span>`}</span><span class="took">${took}</span>`;
  if (test.message === null || test.message === '')
    return html`<li data-state="${test.state}"><div class="line">${line}</div></li>
`;
  return html`<li data-state="${test.state}"><details${test.state === 'failed' ? html` open` : ''}><summary class="line">${line}</summary><pre tabindex="0">${test.message}</pre></details></li>
`;
}
