/** From exit codes and counts to what a learner reads. */
import { describe, expect, it } from 'vitest';
import type { JUnitResult } from '../../../apps/ci-runner/src/test-results.ts';
import { stepVerdict, testVerdict } from '../../../apps/ci-runner/src/verdict.ts';

const results = (passed: number, failed: number, firstFailure: string | null = null): JUnitResult => ({
  tests: { passed, failed, skipped: 0 },
  firstFailure,
});
const ended = (exitCode: number) => ({ exitCode, timedOut: false });

describe('testVerdict', () => {
  it.each([
    ['all passed', 0, results(3, 0), 'passed', 0, '3 tests passed.'],
    ['one passed', 0, results(1, 0), 'passed', 0, '1 test passed.'],
    ['one of one failed', 1, results(0, 1, 'mylib.add'), 'failed', 1, '1 of 1 test failed: mylib.add.'],
    ['two of three failed', 1, results(1, 2, 'a.b'), 'failed', 1, '2 of 3 tests failed, first: a.b.'],
    ['a limit of coverage', 1, results(2, 0), 'failed', 1, 'No test failed, but pytest ended with exit code 1'],
    ['success without a list', 0, null, 'errored', 1, 'without a list of results'],
    ['failure without a list', 1, null, 'errored', 1, 'without a list of results'],
    ['success with failures', 0, results(1, 1), 'errored', 1, 'Tests failed, yet pytest reported success.'],
    ['a syntax error', 2, results(0, 1), 'errored', 2, 'could not load the tests'],
    ['an internal error', 3, null, 'errored', 3, 'pytest itself failed'],
    ['unknown options', 4, null, 'errored', 4, 'did not understand its options'],
    ['no tests', 5, results(0, 0), 'errored', 5, 'No tests were found'],
    ['a kill', 137, null, 'errored', 137, 'were stopped (exit code 137)'],
  ] as const)('%s', (_name, exitCode, counted, state, code, reason) => {
    const verdict = testVerdict(ended(exitCode), counted, 300);
    expect(verdict).toMatchObject({ state, exitCode: code });
    expect(verdict.reason).toContain(reason);
  });

  it('says which time limit it was', () => {
    expect(testVerdict({ exitCode: 124, timedOut: true }, null, 300)).toEqual({
      state: 'errored',
      exitCode: 124,
      reason: 'The tests took longer than 300 seconds and were stopped.',
    });
  });
});

describe('stepVerdict', () => {
  it.each([
    ['checkout', ended(128), 128, 'Getting the code from the Git server failed with exit code 128'],
    ['install', ended(1), 1, 'Installing the package failed with exit code 1'],
    ['install', { exitCode: 124, timedOut: true }, 124, 'Installing the package took longer than 60 seconds'],
  ] as const)('%s ended with %j', (step, ending, exitCode, reason) => {
    const verdict = stepVerdict(step, ending, 60);
    expect(verdict).toMatchObject({ state: 'errored', exitCode });
    expect(verdict.reason).toContain(reason);
  });
});
