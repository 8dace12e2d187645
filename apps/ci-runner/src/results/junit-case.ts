/** One test of a JUnit file, whatever tool wrote it. */
import type { CiTestCase } from '@cloud-lab/common/ci-messages';
import { plainText } from './plain-text.ts';
import { projectPath } from './report-files.ts';
import { attributeOf, childrenOf, textOf, type XmlElement } from './xml.ts';

/** The name of the one suite that pytest writes. */
export const PYTEST = 'pytest';
const MAX_NAME_LENGTH = 500;
const MAX_MESSAGE_LENGTH = 10_000;
const CUT = '\n[cut here]';
const TEARDOWN = 'failed on teardown with ';

/** Node's reporter escapes the ampersands of the `&quot;` that it has just made. */
const unescapeTwice = (text: string): string => text.replaceAll('&quot;', '"');

const readText = (element: XmlElement, name: string): string =>
  plainText(unescapeTwice(attributeOf(element, name) ?? '')).trim();

function cutMessage(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  return message.slice(0, MAX_MESSAGE_LENGTH - CUT.length).toWellFormed() + CUT;
}

/** Why a test failed: the message, and the text with it unless that says the same. */
function failureMessage(element: XmlElement): string | null {
  const message = readText(element, 'message');
  const text = plainText(textOf(element)).trim();
  const first = message.split('\n', 1)[0] ?? '';
  const whole = text.includes(first) ? text : `${message}\n${text}`.trim();
  return whole === '' ? null : cutMessage(whole);
}

/** Why a test was skipped. */
function skipMessage(element: XmlElement): string | null {
  const message = readText(element, 'message');
  // Node writes `true` where a test was skipped without a word.
  const reason = message === 'true' ? '' : message !== '' ? message : plainText(textOf(element)).trim();
  const type = attributeOf(element, 'type');
  const prefix = type === 'pytest.xfail' ? 'Expected to fail' : type === 'todo' ? 'To do' : '';
  const whole = [prefix, reason].filter((part) => part !== '').join(': ');
  return whole === '' ? null : cutMessage(whole);
}

/** The suites that a test is in, from the outermost. */
export interface Place {
  /** For people. */
  label: string;
  /** As Node names them again at each test. */
  dotted: string;
}

/** In no suite. */
export const TOP: Place = { label: '', dotted: 'test' };

/** The place in a suite that is itself at `outer`; a suite without a name, or with pytest's own, is none to speak of. */
export function enterSuite(suite: XmlElement, outer: Place): Place {
  const name = readText(suite, 'name').slice(0, MAX_NAME_LENGTH);
  if (name === '' || name === PYTEST) return outer;
  if (outer === TOP) return { label: name, dotted: name };
  return { label: `${outer.label} > ${name}`.slice(0, MAX_NAME_LENGTH), dotted: `${outer.dotted}.${name}` };
}

/**
 * What a test belongs to: its class, where that says anything; some tools put the test's own name there, and Node the
 * suites. Else the suites that it is in, else its file.
 */
function suiteOf(element: XmlElement, name: string, place: Place): string {
  const className = readText(element, 'classname');
  const isOwnName = className === name || name.endsWith(` ${className}`);
  if (className !== '' && !isOwnName && className !== place.dotted) return className;
  if (place !== TOP) return place.label;
  const file = projectPath(readText(element, 'file')) ?? '';
  return file === name ? '' : file;
}

function outcomeOf(element: XmlElement): Pick<CiTestCase, 'state' | 'message'> {
  const failure = [...childrenOf(element, 'failure'), ...childrenOf(element, 'error')][0];
  const skipped = childrenOf(element, 'skipped')[0];
  // In Node a test that is still to do may fail.
  const isToDo = skipped !== undefined && attributeOf(skipped, 'type') === 'todo';
  if (failure !== undefined && !isToDo) return { state: 'failed', message: failureMessage(failure) };
  if (skipped !== undefined) return { state: 'skipped', message: skipMessage(skipped) };
  return { state: 'passed', message: null };
}

function durationOf(element: XmlElement): number | null {
  const seconds = Number(attributeOf(element, 'time') ?? Number.NaN);
  return seconds >= 0 && seconds < Infinity ? Math.round(seconds * 1_000_000) / 1_000 : null;
}

/** Reads a `testcase`. */
export function readCase(element: XmlElement, place: Place): CiTestCase {
  const name = readText(element, 'name');
  return {
    name: name === '' ? '(no name)' : name.slice(0, MAX_NAME_LENGTH).toWellFormed(),
    suite: suiteOf(element, name, place).slice(0, MAX_NAME_LENGTH).toWellFormed(),
    durationMs: durationOf(element),
    ...outcomeOf(element),
  };
}

/** Makes one of two entries for the same test of pytest, which failed and then failed again while it cleared up. */
export function mergeTeardowns(cases: readonly CiTestCase[]): CiTestCase[] {
  const merged: CiTestCase[] = [];
  for (const test of cases) {
    const last = merged.at(-1);
    const isSame =
      last !== undefined && last.state === 'failed' && last.name === test.name && last.suite === test.suite;
    if (isSame && test.state === 'failed' && test.message?.startsWith(TEARDOWN)) {
      merged[merged.length - 1] = { ...last, message: cutMessage(`${last.message ?? ''}\n\n${test.message}`.trim()) };
    } else merged.push(test);
  }
  return merged;
}
