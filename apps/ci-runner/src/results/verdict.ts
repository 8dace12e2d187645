/** From how a step ended to what a learner is told. */
import type { StepEnding } from '../sandbox/step.ts';
import { metLimit, type StepLimits, stoppedBy } from './fence-limits.ts';
import type { JUnitResult } from './junit.ts';

/** What ran the tests: pytest, whose exit codes say much; npm test; or a command of the repository's own. */
export type TestTool = 'pytest' | 'npm' | 'command';

/** The verdict on a run. */
export interface Verdict {
  state: 'passed' | 'failed' | 'errored';
  /** 0 exactly when it passed; 124 at a time limit. */
  exitCode: number;
  /** One sentence for a learner. */
  reason: string;
}

/** What of the JUnit file the verdict is about. */
export type TestCounts = Pick<JUnitResult, 'tests' | 'firstFailure'>;

const LOG_SAYS_WHY = 'the end of the log says why';

const errored = (exitCode: number, reason: string): Verdict => ({
  state: 'errored',
  // A run that could not be done is never a zero, whatever its last command said.
  exitCode: exitCode === 0 ? 1 : exitCode,
  reason,
});

const STEPS = {
  sandbox: { what: 'Getting the code from the Git server', hint: `${LOG_SAYS_WHY}; push again, or ask for help` },
  install: { what: 'Installing the packages', hint: LOG_SAYS_WHY },
} as const;

/** The verdict on a step before the tests that ended badly. */
export function stepVerdict(step: 'sandbox' | 'install', ending: StepEnding, limits: StepLimits): Verdict {
  const { what, hint } = STEPS[step];
  const stopped = stoppedBy(ending, limits);
  if (stopped !== null) return errored(stopped.exitCode, `${what} ${stopped.did} and was stopped.`);
  const failed = `${what} failed with exit code ${ending.exitCode}`;
  const met = metLimit(ending, limits);
  const why = met === null ? hint : `it ${met}, which may be why`;
  return errored(ending.exitCode, `${failed}: ${why}.`);
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const totalOf = ({ tests }: TestCounts): number => tests.passed + tests.failed + tests.skipped;

const NO_TESTS: Readonly<Record<TestTool, string>> = {
  pytest: 'No tests were found: write a doctest or a test_*.py file',
  npm: 'No tests were found: write a *.test.js file, or look at the script "test" in package.json',
  command: 'No tests were found: write one, or look at the command under "test" in lab-ci.yaml',
};

const NAMES: Readonly<Record<TestTool, string>> = {
  pytest: 'pytest',
  npm: 'npm test',
  command: 'the command for the tests',
};

function passedReason(results: TestCounts | null): string {
  if (results === null) return 'The tests passed';
  const { passed, skipped } = results.tests;
  return `${plural(passed, 'test')} passed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

function failedReason(tool: TestTool, exitCode: number, results: TestCounts): string {
  const { tests, firstFailure } = results;
  if (tests.failed === 0) {
    const perhaps = tool === 'pytest' ? ' (a coverage limit, perhaps)' : '';
    return `No test failed, but ${NAMES[tool]} ended with exit code ${exitCode}: ${LOG_SAYS_WHY}${perhaps}`;
  }
  const first = firstFailure === null ? '' : `${tests.failed === 1 ? '' : ', first'}: ${firstFailure}`;
  return `${tests.failed} of ${plural(totalOf(results), 'test')} failed${first}`;
}

/** A verdict whose reason has no full stop yet. */
type Draft = Verdict;

/** For exit codes that say no more than that it went well, or did not. */
function judgeTests(tool: TestTool, exitCode: number, results: TestCounts): Draft {
  if (totalOf(results) === 0) return errored(exitCode, NO_TESTS[tool]);
  if (exitCode !== 0) return { state: 'failed', exitCode, reason: failedReason(tool, exitCode, results) };
  if (results.tests.failed > 0) return errored(exitCode, `Tests failed, yet ${NAMES[tool]} reported success`);
  return { state: 'passed', exitCode, reason: passedReason(results) };
}

function judgePytest(exitCode: number, results: TestCounts | null): Draft {
  const first = results?.firstFailure ?? null;
  switch (exitCode) {
    case 0:
    case 1:
      if (results !== null) return judgeTests('pytest', exitCode, results);
      return errored(exitCode, 'The tests ended without a list of results: something stopped pytest');
    case 2:
      if (first === null) return errored(exitCode, 'pytest was interrupted, or could not load the tests: see the log');
      return errored(exitCode, `pytest could not load ${first}: the log names the line and the error`);
    case 3:
      return errored(exitCode, `pytest itself failed: ${LOG_SAYS_WHY}`);
    case 4:
      return errored(exitCode, 'pytest did not understand its options: look at its settings in the repository');
    case 5:
      return errored(exitCode, NO_TESTS.pytest);
    default:
      return errored(exitCode, `pytest ended with exit code ${exitCode}, which is none of its own: ${LOG_SAYS_WHY}`);
  }
}

function judgeCommand(tool: 'npm' | 'command', exitCode: number, results: TestCounts | null): Draft {
  if (exitCode === 126 || exitCode === 127) {
    const what = exitCode === 127 ? 'was not found' : 'may not be executed';
    return errored(exitCode, `A program that the tests need ${what}: the log names it`);
  }
  if (results !== null) return judgeTests(tool, exitCode, results);
  if (exitCode === 0) return { state: 'passed', exitCode, reason: passedReason(null) };
  return { state: 'failed', exitCode, reason: `The tests failed with exit code ${exitCode}: ${LOG_SAYS_WHY}` };
}

/**
 * The verdict on the test step.
 * @param results what the JUnit file says, null where there is none that can be read: a pytest that ends well without
 * one has not run to its end, while other tools need not write one
 */
export function testVerdict(
  tool: TestTool,
  ending: StepEnding,
  results: TestCounts | null,
  limits: StepLimits,
): Verdict {
  const { exitCode } = ending;
  const stopped = stoppedBy(ending, limits);
  if (stopped !== null) {
    return errored(stopped.exitCode, `The tests ${stopped.did} and were stopped: look for ${stopped.lookFor}.`);
  }
  const draft =
    exitCode > 128
      ? errored(exitCode, `The tests were ended from outside (exit code ${exitCode}): ${LOG_SAYS_WHY}`)
      : tool === 'pytest'
        ? judgePytest(exitCode, results)
        : judgeCommand(tool, exitCode, results);
  const met = metLimit(ending, limits);
  if (met === null) return { ...draft, reason: `${draft.reason}.` };
  const reason = draft.state === 'passed' ? `though they ${met}` : `and the tests ${met}, which may be why`;
  return { ...draft, reason: `${draft.reason}, ${reason}.` };
}
