/** A run is begun twice at most; what leaves it in good order does not count. */
import { describe, expect, it } from 'vitest';
import { Attempts, refuseAttempt } from '../../../../apps/ci-runner/src/job/attempts.ts';
import { memoryContainer } from './memory-container.ts';

const signal = new AbortController().signal;
const attempt = (runner: string) => ({ runner, startedAt: '2026-01-15T10:00:00.000Z' });

describe('a run', () => {
  it('that was begun twice and never ended is given up, with a sentence that names its runners', async () => {
    const { container } = memoryContainer();
    const begin = async (runner: string) =>
      refuseAttempt(await new Attempts(container, 'run').begin(attempt(runner), signal));
    expect(await begin('ci-1')).toBeNull();
    expect(await begin('ci-2')).toBeNull();
    for (const runner of ['ci-3', 'ci-1']) {
      expect(await begin(runner)).toMatch(/^The run was given up: it was begun 2 times, on ci-1 and ci-2, and /);
    }
    expect(refuseAttempt(await new Attempts(container, 'other').begin(attempt('ci-1'), signal))).toBeNull();
  });

  it('that its runner leaves to another may begin as often as that happens', async () => {
    const { container } = memoryContainer();
    for (let times = 0; times < 5; times += 1) {
      const attempts = new Attempts(container, 'run');
      expect(refuseAttempt(await attempts.begin(attempt('ci-1'), signal))).toBeNull();
      await attempts.leave();
    }
  });

  it('whose record cannot be read begins', async () => {
    const { container, blobs } = memoryContainer();
    blobs.set('runs/run/attempts.json', Buffer.from('{"not":"a list"}'));
    expect(await new Attempts(container, 'run').begin(attempt('ci-1'), signal)).toEqual([]);
  });
});
