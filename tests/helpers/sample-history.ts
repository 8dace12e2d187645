/** Weeks of runs on a few branches: what the page of the CI shows when a lab has been used. */
import { type SampleRun, sampleRun, sampleTests } from './sample-runs.ts';

const HOUR_MS = 3_600_000;

const SUBJECTS = [
  'Begin with one function and its test',
  'Read numbers with a comma',
  'Say what is wrong with an empty text',
  'Round as a bank does',
  'Sort the imports',
  'Convert units of length',
  'Read settings from a file',
  'Test the file that cannot be read',
  'Name the units in full',
  'Mend rounding below zero',
];
const AUTHORS = ['Ann Berg', 'Theo Lund', 'Mira Costa'];
const INSTALL_LOG = `Fetching branch try-new-plot of myapp
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of plotlib==9.9 and you require plotlib==9.9,
      we can conclude that your requirements are unsatisfiable.
`;

/** Oldest first; the newest is of one hour before `now`. */
export function sampleHistory(now: Date): SampleRun[] {
  const ago = (hours: number): Date => new Date(now.getTime() - hours * HOUR_MS);
  const main = Array.from({ length: 32 }, (_, index) => {
    const failed = index === 9 || index === 10 || index === 21 ? 2 : 0;
    const coverage = Math.round((61 + index * 0.9 + Math.sin(index * 1.7) * 3 - (failed > 0 ? 6 : 0)) * 10) / 10;
    const tests = sampleTests(8 + index, failed, index > 20 ? 1 : 0);
    return sampleRun({
      subject: SUBJECTS[index % SUBJECTS.length] ?? '',
      author: AUTHORS[index % AUTHORS.length] ?? '',
      requestedAt: ago((33 - index) * 9),
      coverage,
      tests,
      ...(failed === 0 ? {} : { state: 'failed', failedAt: 'test', reason: failedReason(tests.length, failed) }),
    });
  });
  const others = [
    sampleRun({
      branch: 'try-new-plot',
      subject: 'Draw the results with plotlib',
      author: 'Theo Lund',
      requestedAt: ago(4),
      state: 'errored',
      failedAt: 'install',
      reason: 'The environment could not be installed: there is no version 9.9 of plotlib.',
      log: INSTALL_LOG,
    }),
    sampleRun({
      repository: 'weather',
      subject: 'Show the wind in knots',
      author: 'Mira Costa',
      requestedAt: ago(2.5),
      coverage: 94.2,
      tests: sampleTests(17),
    }),
    sampleRun({
      branch: 'feature/round-half-even',
      subject: 'Round halves to the even neighbour, below zero too, and leave what is no finite number as it is',
      author: 'Mira Costa',
      requestedAt: ago(1),
      coverage: 86.4,
      tests: sampleTests(38, 2, 1),
      state: 'failed',
      failedAt: 'test',
      reason: failedReason(41, 2),
    }),
  ];
  return [...main, ...others].sort((a, b) => a.run.requestedAt.getTime() - b.run.requestedAt.getTime());
}

const failedReason = (all: number, failed: number): string =>
  `${failed} of ${all} tests failed: test_rounds_below_zero, test_leaves_infinity_as_it_is.`;
