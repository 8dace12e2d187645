/** Jobs that mean no good, or have gone wrong: the folder of each in jobs/, and what its run has to say. */

export type JobCase = {
  /** Folder in jobs/, and the branch that it is pushed to. */
  name: string;
  state: 'passed' | 'failed' | 'errored';
  /** What the sentence for the learner says. */
  reason: RegExp;
  exitCode?: number;
};

export const JOB_CASES: readonly JobCase[] = [
  { name: 'forks-without-end', state: 'errored', reason: /took longer than 10 seconds/, exitCode: 124 },
  { name: 'takes-all-processes', state: 'failed', reason: /1,?024 processes/ },
  { name: 'takes-all-memory', state: 'errored', reason: /more than [12] GiB of memory/ },
  { name: 'fills-the-disk', state: 'errored', reason: /the 256 MiB of disk/ },
  { name: 'prints-without-end', state: 'errored', reason: /printed more than 10 MiB/ },
  { name: 'sleeps-for-ever', state: 'errored', reason: /took longer than 3 seconds/, exitCode: 124 },
  { name: 'listens-on-ports', state: 'passed', reason: /1 test passed/ },
  { name: 'leaves-daemons-behind', state: 'passed', reason: /1 test passed/ },
  { name: 'looks-around', state: 'passed', reason: /15 tests passed/ },
  // Its own shell is a program of its own, which finds nothing to run.
  { name: 'offers-programs', state: 'errored', reason: /^A program that the tests need was not found/ },
  { name: 'asks-the-kernel', state: 'passed', reason: /16 tests passed/ },
  { name: 'reaches-for-the-network', state: 'passed', reason: /8 tests passed/ },
  { name: 'reaches-out-while-installing', state: 'passed', reason: /passed/ },
  { name: 'links-in-the-report', state: 'passed', reason: /1 test passed/ },
  {
    name: 'leaves-a-huge-report',
    state: 'passed',
    reason: /^1 test passed\. The coverage report was not stored: it has 6\d\d MiB, and 50 MiB are allowed\.$/,
  },
  { name: 'has-no-tests', state: 'errored', reason: /No tests were found/, exitCode: 5 },
  { name: 'has-a-broken-lab-ci', state: 'errored', reason: /lab-ci\.yaml, line 3: .*timeout/ },
  { name: 'cannot-be-installed', state: 'errored', reason: /^Installing the packages failed with exit code 1/ },
  { name: 'lies-about-its-coverage', state: 'errored', reason: /coverage\.json/ },
  { name: 'fails-in-node', state: 'failed', reason: /1 of 2 tests failed/ },
];
