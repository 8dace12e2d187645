/** The mark of a cancelled run is seen while it goes on, and nobody looks for it afterwards. */

import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { RunCancelled, watchCancellation } from '../../../../apps/ci-runner/src/job/cancellation.ts';
import { memoryContainer } from './memory-container.ts';

const logger = pino({ level: 'silent' });
const lookEveryMs = 5;

it('ends a run that is marked within seconds', async () => {
  const { container, blobs } = memoryContainer();
  const over = new AbortController();
  const cancelled = watchCancellation(container, 'run', { signal: over.signal, logger, lookEveryMs });
  blobs.set('runs/run/cancelled', Buffer.alloc(0));
  await vi.waitFor(() => expect(cancelled.aborted).toBe(true));
  expect(cancelled.reason).toBeInstanceOf(RunCancelled);
  over.abort();
});

it('looks no more once the run is over', async () => {
  const { container, blobs } = memoryContainer();
  const over = new AbortController();
  const cancelled = watchCancellation(container, 'run', { signal: over.signal, logger, lookEveryMs });
  over.abort();
  blobs.set('runs/run/cancelled', Buffer.alloc(0));
  await delay(20 * lookEveryMs);
  expect(cancelled.aborted).toBe(false);
});
