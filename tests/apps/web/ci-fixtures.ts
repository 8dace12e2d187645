/** Runs, and what runners say of them. */
import { createHash, randomUUID } from 'node:crypto';
import { CI_STEPS, type CiProgress, type CiResult, type CiStep } from '@cloud-lab/common/ci-messages';
import type { NewRun, RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const randomCommit = (): string => createHash('sha1').update(randomUUID()).digest('hex');

/** A run that was asked for on main, of a commit of its own. */
export const newRun = (change: Partial<NewRun> = {}): NewRun => ({
  id: randomUUID(),
  repository: 'myapp',
  branch: 'main',
  commit: randomCommit(),
  requestedAt: new Date('2026-03-01T10:00:00.123Z'),
  ...change,
});

const STARTED_AT = '2026-03-01T10:00:01.000Z';
const COMMIT_FACTS = { author: 'Ann Example', subject: 'Add numbers' };

/** The first `count` steps; the last one goes on unless `ended`. */
export const steps = (count: number, ended = false): CiStep[] =>
  CI_STEPS.slice(0, count).map((name, index) => {
    const over = ended || index < count - 1;
    return { name, state: over ? 'done' : 'running', startedAt: STARTED_AT, finishedAt: over ? STARTED_AT : null };
  });

/** The runner's report that a run has ended. */
export const finished = (id: string, change: Partial<CiResult> = {}): CiResult => ({
  id,
  state: 'passed',
  runner: 'ci-1',
  steps: steps(CI_STEPS.length, true),
  ...COMMIT_FACTS,
  exitCode: 0,
  reason: 'All 3 tests passed.',
  startedAt: STARTED_AT,
  finishedAt: '2026-03-01T10:00:03.500Z',
  durationMs: 2500,
  tests: { passed: 3, failed: 0, skipped: 1 },
  coverage: 87.5,
  changedLines: { covered: 4, total: 5 },
  hasReport: true,
  hasTests: true,
  hasCoverage: true,
  ...change,
});

/** The runner's report that a run has begun and how far it is. */
export const running = (id: string, change: Partial<CiProgress> = {}): CiProgress => ({
  id,
  state: 'running',
  runner: 'ci-1',
  startedAt: STARTED_AT,
  steps: steps(2),
  ...COMMIT_FACTS,
  ...change,
});

/** A store with a finished run of each branch, oldest first, each with a report. */
export async function storeWith(...branches: string[]): Promise<{ runs: RunStore; ids: string[] }> {
  const runs = createMemoryRunStore();
  const ids: string[] = [];
  for (const branch of branches) {
    const run = newRun({ branch });
    ids.push(run.id);
    await runs.insert(run);
    await runs.apply(finished(run.id));
  }
  return { runs, ids };
}
