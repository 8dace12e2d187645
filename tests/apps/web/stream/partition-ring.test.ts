/** However much comes, what a viewer is sent is little, and the counts are exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestMessages, takeNews } from '../../../../apps/web/src/stream/follow-stream.ts';
import { PartitionRing } from '../../../../apps/web/src/stream/partition-ring.ts';
import { messagesFrom } from './samples.ts';

describe('the newest messages of a partition', () => {
  it('are counted exactly and sampled, however they come and however often one looks', () => {
    const batches = fc.array(
      fc.record({ skip: fc.nat({ max: 500 }), count: fc.nat({ max: 120 }), look: fc.boolean() }),
    );
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 20 }), (steps, sample) => {
        const ring = new PartitionRing(0, 50, 100);
        const places = new Map([[0, 100]]);
        let end = 100;
        let counted = 0;
        for (const { skip, count, look } of [...steps, { skip: 0, count: 1, look: true }]) {
          if (count > 0) end += skip;
          ring.add(messagesFrom(end, count));
          end += count;
          if (!look) continue;
          for (const news of takeNews([ring], places, sample)) {
            counted += news.count;
            expect(news.messages.length).toBeLessThanOrEqual(sample);
            expect(news.messages.at(-1)?.offset).toBe(end - 1);
          }
        }
        expect(counted).toBe(end - 100);
        expect(ring.messages.length).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('are there once, also when they are read again', () => {
    const ring = new PartitionRing(0, 50, 0);
    ring.add(messagesFrom(0, 5));
    ring.add(messagesFrom(3, 5));
    expect(ring.messages.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are merged by time over the partitions', () => {
    const rings = [new PartitionRing(0, 50, 0), new PartitionRing(1, 50, 0)];
    rings[0]?.add(messagesFrom(0, 3, 0));
    rings[1]?.add(messagesFrom(0, 4, 1));
    expect(newestMessages(rings, 2).map(({ partition, offset }) => `${partition}/${offset}`)).toEqual([
      '1/3',
      '0/2',
      '1/2',
      '0/1',
    ]);
  });
});
