/** From how a step ended to what a learner is told. */
import type { JUnitResult } from './test-results.ts';

/** How a command ended. */
export interface Ending {
  exitCode: number;
  timedOut: boolean;
}

export interface Verdict {
  state: 'passed' | 'failed' | 'errored';
  exitCode: number;
  reason: string;
}

/** The exit code of a run that its time limit ended, as timeout(1) gives it. */
export const TIMED_OUT = 124;

const errored = (exitCode: number, reason: string): Verdict => ({
  state: 'errored',
  // A run that could not be done is never a zero, whatever its last command said.
  exitCode: exitCode === 0 ? 1 : exitCode,
  reason,
});

/** The verdict on a step before the tests that ended badly. */
export function stepVerdict(step: 'checkout' | 'install', ending: Ending, limitSeconds: number): Verdict {
  const what = step === 'checkout' ? 'Getting the code from the Git server' : 'Installing the package';
  if (ending.timedOut) return errored(TIMED_OUT, `${what} took longer than ${limitSeconds} seconds and was stopped.`);
  return errored(ending.exitCode, `${what} failed with exit code ${ending.exitCode}: the end of the log says why.`);
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function failureReason({ tests, firstFailure }: JUnitResult): string {
  const total = tests.passed + tests.failed + tests.skipped;
  if (tests.failed === 0) {
    return 'No test failed, but pytest ended with exit code 1: the end of the log says why (a coverage limit, perhaps).';
  }
  const first = firstFailure === null ? '' : `${tests.failed === 1 ? '' : ', first'}: ${firstFailure}`;
  return `${tests.failed} of ${plural(total, 'test')} failed${first}.`;
}

/**
 * The verdict on the test step. `results` is what the JUnit file says, null where there is none that can be read:
 * a pytest that ends well without one has not run to its end.
 */
export function testVerdict(ending: Ending, results: JUnitResult | null, limitSeconds: number): Verdict {
  const { exitCode } = ending;
  if (ending.timedOut) {
    return errored(TIMED_OUT, `The tests took longer than ${limitSeconds} seconds and were stopped.`);
  }
  switch (exitCode) {
    case 0:
    case 1:
      if (results === null)
        return errored(exitCode, 'The tests ended without a list of results: something stopped pytest.');
      if (exitCode === 1) return { state: 'failed', exitCode, reason: failureReason(results) };
      if (results.tests.failed > 0) return errored(exitCode, 'Tests failed, yet pytest reported success.');
      return { state: 'passed', exitCode, reason: `${plural(results.tests.passed, 'test')} passed.` };
    case 2:
      return errored(exitCode, 'pytest could not load the tests: the log names the file and the error.');
    case 3:
      return errored(exitCode, 'pytest itself failed: the end of the log says why.');
    case 4:
      return errored(exitCode, 'pytest did not understand its options: look at its settings in the repository.');
    case 5:
      return errored(exitCode, 'No tests were found: write a doctest or a test_*.py file.');
    default:
      return errored(exitCode, `The tests were stopped (exit code ${exitCode}): perhaps they took too much memory.`);
  }
}
