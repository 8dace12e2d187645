/** From exit codes, limits and counts to what a learner reads. */
import { describe, expect, it } from 'vitest';
import { stepVerdict, type TestCounts, testVerdict } from '../../../../apps/ci-runner/src/results/verdict.ts';
import type { StepEnding } from '../../../../apps/ci-runner/src/sandbox/step.ts';

const LIMITS = { stepSeconds: 300, memory: 2048, disk: 1024, processes: 512, log: 10 };
const counts = (passed: number, failed: number, firstFailure: string | null = null, skipped = 0): TestCounts => ({
  tests: { passed, failed, skipped },
  firstFailure,
});
const ended = (exitCode: number, cause: StepEnding['cause'] = 'exit'): StepEnding => ({ exitCode, cause });

describe('the verdict on pytest', () => {
  it.each([
    ['all passed', 0, counts(3, 0), 'passed', 0, '3 tests passed.'],
    ['one passed', 0, counts(1, 0), 'passed', 0, '1 test passed.'],
    ['some skipped', 0, counts(2, 0, null, 1), 'passed', 0, '2 tests passed, 1 skipped.'],
    ['one of one failed', 1, counts(0, 1, 'mylib.add'), 'failed', 1, '1 of 1 test failed: mylib.add.'],
    ['two of three failed', 1, counts(1, 2, 'a.b'), 'failed', 1, '2 of 3 tests failed, first: a.b.'],
    [
      'a limit of coverage',
      1,
      counts(2, 0),
      'failed',
      1,
      'No test failed, but pytest ended with exit code 1: the end of',
    ],
    ['success without a list', 0, null, 'errored', 1, 'without a list of results'],
    ['failure without a list', 1, null, 'errored', 1, 'without a list of results'],
    ['success without tests', 0, counts(0, 0), 'errored', 1, 'No tests were found'],
    ['success with failures', 0, counts(1, 1), 'errored', 1, 'Tests failed, yet pytest reported success.'],
    ['a syntax error', 2, counts(0, 1, 'test_a'), 'errored', 2, 'pytest could not load test_a: the log names the line'],
    ['an interruption', 2, null, 'errored', 2, 'pytest was interrupted'],
    ['an internal error', 3, null, 'errored', 3, 'pytest itself failed'],
    ['unknown options', 4, null, 'errored', 4, 'did not understand its options'],
    ['no tests', 5, counts(0, 0), 'errored', 5, 'No tests were found: write a doctest or a test_*.py file.'],
    ['another code', 9, counts(1, 0), 'errored', 9, 'exit code 9, which is none of its own'],
    ['a signal', 139, null, 'errored', 139, 'ended from outside (exit code 139)'],
  ] as const)('%s', (_name, exitCode, counted, state, code, reason) => {
    const verdict = testVerdict('pytest', ended(exitCode), counted, LIMITS);
    expect(verdict).toMatchObject({ state, exitCode: code });
    expect(verdict.reason).toContain(reason);
  });
});

describe('the verdict on other commands', () => {
  it.each([
    ['npm', 'success', 0, null, 'passed', 0, 'The tests passed.'],
    ['npm', 'success with a list', 0, counts(4, 0), 'passed', 0, '4 tests passed.'],
    ['npm', 'failure', 1, null, 'failed', 1, 'The tests failed with exit code 1: the end of the log says why.'],
    ['npm', 'failure with a list', 1, counts(1, 1, 'a > b'), 'failed', 1, '1 of 2 tests failed: a > b.'],
    ['npm', 'failure without failed tests', 7, counts(1, 0), 'failed', 7, 'but npm test ended with exit code 7'],
    ['npm', 'success without tests', 0, counts(0, 0), 'errored', 1, 'No tests were found: write a *.test.js file'],
    ['npm', 'failure without tests', 1, counts(0, 0), 'errored', 1, 'No tests were found'],
    ['npm', 'success with failures', 0, counts(1, 1), 'errored', 1, 'Tests failed, yet npm test reported success.'],
    ['command', 'success without tests', 0, counts(0, 0), 'errored', 1, 'in lab-ci.yaml'],
    ['command', 'an unknown program', 127, null, 'errored', 127, 'was not found'],
    ['command', 'no program', 126, null, 'errored', 126, 'may not be executed'],
    ['command', 'a signal', 137, counts(1, 0), 'errored', 137, 'ended from outside'],
    ['command', "a code that is timeout(1)'s", 124, null, 'failed', 124, 'failed with exit code 124'],
  ] as const)('%s: %s', (tool, _name, exitCode, counted, state, code, reason) => {
    const verdict = testVerdict(tool, ended(exitCode), counted, LIMITS);
    expect(verdict).toMatchObject({ state, exitCode: code });
    expect(verdict.reason).toContain(reason);
  });
});

describe('limits', () => {
  it.each([
    ['timeout', 137, 124, 'The tests took longer than 300 seconds and were stopped: look for a loop'],
    ['memory', 137, 137, 'The tests took more than 2 GiB of memory and were stopped: look for data'],
    ['memory', 0, 137, 'The tests took more than 2 GiB of memory and were stopped'],
    ['output', 0, 1, 'The tests printed more than 10 MiB and were stopped: look for a loop that prints.'],
  ] as const)('%s stops the tests, whatever they say (exit code %i)', (cause, exitCode, code, reason) => {
    const verdict = testVerdict('pytest', ended(exitCode, cause), counts(1, 0), LIMITS);
    expect(verdict).toMatchObject({ state: 'errored', exitCode: code });
    expect(verdict.reason).toContain(reason);
  });

  it.each([
    [
      'processes',
      0,
      counts(2, 0),
      'passed',
      '2 tests passed, though they ran into the limit of 512 processes at once.',
    ],
    [
      'disk',
      1,
      counts(0, 1, 'a'),
      'failed',
      '1 of 1 test failed: a, and the tests filled the 1 GiB of disk that a job may have, which may be why.',
    ],
    [
      'processes',
      1,
      null,
      'errored',
      'something stopped pytest, and the tests ran into the limit of 512 processes at once, which may be why.',
    ],
  ] as const)('%s is told with how the tests ended (exit code %i)', (cause, exitCode, counted, state, reason) => {
    const verdict = testVerdict('pytest', ended(exitCode, cause), counted, LIMITS);
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toContain(reason);
  });
});

describe('the verdict on the steps before', () => {
  it.each([
    ['sandbox', ended(128), 128, 'Getting the code from the Git server failed with exit code 128: the end of the log'],
    ['install', ended(1), 1, 'Installing the packages failed with exit code 1: the end of the log says why.'],
    ['install', ended(0, 'timeout'), 124, 'Installing the packages took longer than 300 seconds and was stopped.'],
    ['install', ended(137, 'memory'), 137, 'Installing the packages took more than 2 GiB of memory and was stopped.'],
    ['install', ended(1, 'disk'), 1, 'exit code 1: it filled the 1 GiB of disk that a job may have, which may be why.'],
  ] as const)('%s ended with %j', (step, ending, exitCode, reason) => {
    const verdict = stepVerdict(step, ending, LIMITS);
    expect(verdict).toMatchObject({ state: 'errored', exitCode });
    expect(verdict.reason).toContain(reason);
  });

  it('writes sizes as people do', () => {
    expect(stepVerdict('install', ended(1, 'memory'), { ...LIMITS, memory: 512 }).reason).toContain('512 MiB');
  });
});
