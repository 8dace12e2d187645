/** What a runner says of a run, for tests. */
import type { CiProgress, CiResult } from '@cloud-lab/common/ci-messages';

/** Progress of a run; `subject` tells one message from another. */
export const createProgress = (id: string, subject: string): CiProgress => ({
  id,
  state: 'running',
  runner: 'ci-1',
  startedAt: '2026-01-01T00:00:00.000Z',
  steps: [],
  author: null,
  subject,
});

/** The result of a run. */
export const createResult = (id: string): CiResult => ({
  ...createProgress(id, 'result'),
  state: 'passed',
  exitCode: 0,
  reason: 'All tests passed.',
  finishedAt: '2026-01-01T00:00:01.000Z',
  durationMs: 1_000,
  tests: null,
  coverage: null,
  changedLines: null,
  hasReport: false,
  hasTests: false,
  hasCoverage: false,
});
