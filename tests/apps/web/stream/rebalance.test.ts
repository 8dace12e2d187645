/** A rebalance in words: who came and left, which partitions have another reader, how long it took. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyClass, memberClass } from '../../../../apps/web/src/pages/stream/key-colour.ts';
import { describeRebalance } from '../../../../apps/web/src/stream/describe-rebalance.ts';
import { RebalanceWatch } from '../../../../apps/web/src/stream/rebalance-watch.ts';
import { SAMPLE_KEYS } from '../../../../apps/web/src/stream/sender.ts';
import { groupOf, member } from './samples.ts';

describe('a rebalance', () => {
  const two = groupOf(member('consumer-1', 0, 2), member('consumer-2', 1, 3));
  const one = groupOf(member('consumer-1', 0, 1, 2, 3));

  it.each([
    ['a member leaves', two, one, 'consumer-2 left; partitions 1 and 3 went to consumer-1'],
    ['one joins', one, two, 'consumer-2 joined; partitions 1 and 3 went to consumer-2'],
    ['the last one leaves', one, groupOf(), 'consumer-1 left; nobody reads partitions 0, 1, 2 and 3 now'],
    [
      'one joins for whom there is nothing',
      one,
      groupOf(member('consumer-1', 0, 1, 2, 3), member('consumer-5')),
      'consumer-5 joined; no partition is left for consumer-5',
    ],
  ])('says what it did when %s', (_, before, after, expected) => {
    expect(describeRebalance({ before, after })).toBe(`playground: ${expected}`);
  });

  it('says how long it took, and how late a killed member was missed', () => {
    expect(describeRebalance({ before: two, after: one, tookMs: 240.4, killed: new Map([['consumer-2', 9.84]]) })).toBe(
      'playground: the group noticed that consumer-2 is gone, 9.8 s after the kill; partitions 1 and 3 went to consumer-1, 240 ms',
    );
  });

  it('is nothing to tell where nothing changed', () => {
    expect(describeRebalance({ before: two, after: structuredClone(two) })).toBeUndefined();
  });
});

describe('who watches for rebalances', () => {
  const nobody = () => new Map<string, number>();

  it('tells each once, when the group is at rest again, and takes the first look as it is', () => {
    const watch = new RebalanceWatch();
    const one = groupOf(member('consumer-1', 0, 1));
    const two = groupOf(member('consumer-1', 0), member('consumer-2', 1));
    expect(watch.look([one], nobody, 1_000)).toEqual([]);
    watch.noteBegin('playground', 1_200);
    expect(watch.look([{ ...groupOf(), state: 'rebalancing' }], nobody, 1_300)).toEqual([]);
    watch.noteJoined('playground', 90, 1_350);
    watch.noteJoined('playground', 40, 1_500);
    const told = ['playground: consumer-2 joined; partition 1 went to consumer-2, 300 ms'];
    expect(watch.look([two], nobody, 2_000)).toEqual(told);
    expect(watch.look([two], nobody, 3_000)).toEqual([]);
  });

  it('knows a group that is new, and forgets what it saw before a long pause', () => {
    const watch = new RebalanceWatch();
    const group = groupOf(member('consumer-1', 0));
    watch.look([], nobody, 0);
    expect(watch.look([group], nobody, 1_000)).toEqual([
      'playground: consumer-1 joined; partition 0 went to consumer-1',
    ]);
    expect(watch.look([groupOf()], nobody, 60_000)).toEqual([]);
  });
});

describe('a colour', () => {
  it('is always the same for a key, and one of twelve', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(keyClass(key)).toMatch(/^k-(\d|1[01])$/);
      }),
    );
    expect(keyClass('apple')).toBe(keyClass('apple'));
    expect(keyClass(null)).toBe('k-none');
  });

  it('is another one for each of the sample keys, and for each of eight consumers', () => {
    expect(new Set(SAMPLE_KEYS.map(keyClass)).size).toBe(SAMPLE_KEYS.length);
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map((number) => memberClass(`consumer-${number}`))).size).toBe(8);
  });
});
