/** Whatever comes in whatever order: messages, ends, aborts, commits, changes of the group. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlots } from './create-slots.ts';
import { jobMessage } from './jobs.ts';

describe('JobSlots', () => {
  it('loses no job and starts none beside itself, through every history of a group', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ act: fc.constant('fetch' as const), pick: fc.nat() }) },
      { weight: 6, arbitrary: fc.record({ act: fc.constant('end' as const), pick: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant('giveUp' as const), pick: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant('commit' as const), pick: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('claim' as const), pick: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant('adopt' as const), pick: fc.nat({ max: 7 }) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('hang' as const), pick: fc.nat() }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 60, size: 'max' }),
        async (slots, history) => {
          const { handler, jobs, absorb } = createSlots(slots);
          const log = [0, 1, 2].map((partition) =>
            Array.from({ length: 5 }, (_, offset) => jobMessage(offset, `${partition}/${offset}`)),
          );
          const mark = [0, 0, 0];
          const read = [0, 0, 0];
          const done = new Set<string>();
          let owned = [0, 1, 2];
          const fetch = async (partition: number) => {
            if (!owned.includes(partition)) return;
            const messages = (log[partition] ?? []).slice(read[partition], (read[partition] ?? 0) + 2);
            const last = await absorb(partition, messages);
            if (last !== undefined) read[partition] = Number(last) + 1;
          };
          const commit = () => {
            for (const due of jobs.due) {
              for (let offset = 0; offset < due.offset; offset += 1)
                expect(done).toContain(`${due.partition}/${offset}`);
              mark[due.partition] = due.offset;
              jobs.noteCommitted(due);
            }
          };
          const adopt = (partitions: number[]) => {
            owned = partitions;
            for (const partition of partitions) read[partition] = mark[partition] ?? 0;
            jobs.adopt(partitions);
          };
          const end = async (id: string) => {
            done.add(id);
            await handler.end(id);
          };
          /** So long that another does what comes next in a partition, and then in the group again as before. */
          const hang = (partition: number) => {
            const before = mark[partition] ?? 0;
            mark[partition] = Math.min(before + 2, 5);
            for (let offset = before; offset < mark[partition]; offset += 1) done.add(`${partition}/${offset}`);
            adopt(owned);
          };
          const aborted = () => handler.running.filter((id) => handler.abortReason(id) !== null);
          for (const { act, pick } of history) {
            const running = handler.running[pick % Math.max(handler.running.length, 1)];
            const lost = aborted()[0];
            const started = handler.started.length;
            if (act === 'fetch') await fetch(pick % 3);
            else if (act === 'end' && running !== undefined) await end(running);
            else if (act === 'giveUp' && lost !== undefined) await handler.giveUp(lost);
            else if (act === 'commit') commit();
            else if (act === 'claim') jobs.claim();
            else if (act === 'adopt') adopt([0, 1, 2].filter((partition) => pick & (1 << partition)));
            else if (act === 'hang') hang(pick % 3);
            for (const id of handler.started.slice(started)) expect(done).not.toContain(id);
            expect(handler.running.length).toBeLessThanOrEqual(slots);
          }
          adopt([0, 1, 2]);
          for (const id of aborted()) await handler.giveUp(id);
          for (let round = 0; round < 20; round += 1) {
            for (const partition of owned) await fetch(partition);
            for (const id of handler.running) await end(id);
          }
          commit();
          expect(mark).toEqual([5, 5, 5]);
          expect(done.size).toBe(15);
        },
      ),
    );
  });
});
