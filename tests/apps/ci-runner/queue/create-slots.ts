import { pino } from 'pino';
import { vi } from 'vitest';
import { type JobMessage, JobSlots } from '../../../../apps/ci-runner/src/queue/job-slots.ts';
import { ManualHandler, settle } from './jobs.ts';

/** Slots that have these partitions, and whose jobs end when the test says so. */
export function createSlots(slots: number, partitions = [0, 1, 2]) {
  const handler = new ManualHandler();
  const onChange = vi.fn();
  const allowed = { toStart: true };
  const jobs = new JobSlots({
    logger: pino({ level: 'silent' }),
    slots,
    handle: handler.handle,
    mayStart: () => allowed.toStart,
    onChange,
  });
  jobs.adopt(partitions);
  const absorb = async (partition: number, messages: readonly JobMessage[]) => {
    const last = jobs.absorb(partition, messages);
    await settle();
    return last;
  };
  return { handler, jobs, absorb, onChange, allowed };
}
