/** The steps of a run, as they are told. */
import type { CiProgress } from '@cloud-lab/common/ci-messages';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Progress } from '../../../../apps/ci-runner/src/job/progress.ts';

it('tells each step when it begins, and closes the one before', () => {
  const told: CiProgress[] = [];
  const progress = new Progress({
    job: { id: 'a', requestedAt: '2026-01-01T00:00:00.000Z' },
    runner: 'ci-1',
    startedAt: new Date('2026-01-01T00:00:02.000Z'),
    tell: (update) => told.push(update),
  });
  progress.begin('sandbox');
  progress.describeCommit('Ann', 'A change');
  progress.begin('install');
  progress.begin('cleanup', 'failed');
  const { steps, author, subject } = progress.finish();

  expect(told.map((update) => update.steps.at(-1)?.name)).toEqual(['allocate', 'sandbox', 'install', 'cleanup']);
  expect(told[0]?.steps[0]).toEqual({
    name: 'queued',
    state: 'done',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:02.000Z',
  });
  expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'queued done',
    'allocate done',
    'sandbox done',
    'install failed',
    'cleanup done',
  ]);
  expect(steps.every(({ finishedAt }) => finishedAt !== null)).toBe(true);
  expect([told[1]?.author, told[2]?.author, author, subject]).toEqual([null, 'Ann', 'Ann', 'A change']);
});

it('begins a step at the very moment that ends the one before', () => {
  let milliseconds = Date.UTC(2026, 0, 1);
  const EachLookIsLater = class extends Date {
    constructor(value?: number | string) {
      super(value ?? ++milliseconds);
    }
  };
  vi.stubGlobal('Date', EachLookIsLater);
  onTestFinished(() => void vi.unstubAllGlobals());

  const progress = new Progress({
    job: { id: 'a', requestedAt: '2026-01-01T00:00:00.000Z' },
    runner: 'ci-1',
    startedAt: new Date(),
    tell: () => {},
  });
  progress.begin('sandbox');
  progress.begin('install');
  const { steps } = progress.finish();
  expect(steps.slice(1).map(({ startedAt }) => startedAt)).toEqual(
    steps.slice(0, -1).map(({ finishedAt }) => finishedAt),
  );
});
