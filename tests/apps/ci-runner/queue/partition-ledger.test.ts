/** Whatever order jobs end in: nothing is marked as done that isn't, and in the end everything is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionLedger } from '../../../../apps/ci-runner/src/queue/partition-ledger.ts';

const ledgerWith = (...offsets: number[]): PartitionLedger => {
  const ledger = new PartitionLedger();
  for (const offset of offsets) ledger.take(offset);
  return ledger;
};

describe('PartitionLedger', () => {
  it('marks nothing before the first message is done', () => {
    const ledger = ledgerWith(7, 8, 9);
    ledger.finish(8);
    ledger.finish(9);
    expect(ledger.due).toBeNull();
    ledger.finish(7);
    expect(ledger.due).toBe(10);
  });

  it('says each mark once', () => {
    const ledger = ledgerWith(7);
    ledger.finish(7);
    ledger.noteCommitted(8);
    expect(ledger.due).toBeNull();
  });

  it('knows a message that comes again while it is here', () => {
    const ledger = ledgerWith(7, 8, 9);
    ledger.finish(7);
    ledger.restart([8]);
    expect([ledger.take(7), ledger.take(8), ledger.take(9)]).toEqual([true, false, true]);
  });

  it('forgets what another member has done meanwhile', () => {
    const ledger = ledgerWith(7, 8, 9);
    ledger.restart([7]);
    ledger.take(9);
    ledger.finish(9);
    expect(ledger.due).toBe(10);
  });

  it('starts over with a topic that was made anew', () => {
    const ledger = ledgerWith(40);
    ledger.finish(40);
    ledger.noteCommitted(41);
    ledger.restart([]);
    ledger.take(0);
    ledger.finish(0);
    expect(ledger.due).toBe(1);
  });

  it('keeps its promises through every history', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 30 });
    const steps = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant({ act: 'take' as const }) },
        { weight: 4, arbitrary: fc.nat().map((pick) => ({ act: 'finish' as const, pick })) },
        { weight: 2, arbitrary: fc.constant({ act: 'commit' as const }) },
        { weight: 1, arbitrary: fc.nat().map((pick) => ({ act: 'restart' as const, pick })) },
      ),
    );
    fc.assert(
      fc.property(gaps, steps, (distances, history) => {
        let last = 0;
        const log = distances.map((distance) => {
          last += distance;
          return last;
        });
        const ledger = new PartitionLedger();
        const done = new Set<number>();
        const running = new Set<number>();
        let read = 0;
        let committed = 0;
        const take = () => {
          const offset = log[read];
          if (offset === undefined) return;
          read += 1;
          // The job runs here: it may not start again. It ran here and is done: its offset is done at once.
          expect(ledger.take(offset)).toBe(!running.has(offset));
          if (done.has(offset)) ledger.finish(offset);
          else running.add(offset);
        };
        const finish = (offset: number | undefined) => {
          if (offset === undefined) return;
          running.delete(offset);
          done.add(offset);
          ledger.finish(offset);
        };
        const commit = () => {
          const { due } = ledger;
          if (due === null) return;
          for (const offset of log) if (offset < due) expect(done).toContain(offset);
          committed = due;
          ledger.noteCommitted(due);
        };
        for (const step of history) {
          if (step.act === 'take') take();
          else if (step.act === 'finish') finish([...running][step.pick % Math.max(running.size, 1)]);
          else if (step.act === 'commit') commit();
          else {
            for (const [index, offset] of [...running].entries()) if (step.pick & (1 << index)) running.delete(offset);
            ledger.restart([...running]);
            read = log.findIndex((offset) => offset >= committed);
            if (read === -1) read = log.length;
          }
        }
        while (read < log.length) take();
        for (const offset of [...running]) finish(offset);
        commit();
        expect(committed).toBe(last + 1);
      }),
    );
  });
});
