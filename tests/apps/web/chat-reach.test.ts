/** Ids of the chat: how far somebody is in a room, whoever read it in whichever order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, covers, formatId, parseId, type Reach, unite } from '../../../apps/web/src/chat/reach.ts';

const anyReach = fc
  .uniqueArray(fc.tuple(fc.nat(9), fc.nat(1_000_000)), { selector: ([partition]) => partition, maxLength: 6 })
  .map((places): Reach => new Map(places));
const anyPlace = fc.record({ partition: fc.nat(9), offset: fc.nat(1_000_000) });

describe('an id', () => {
  it('is the place of a message, and then the newest of the other partitions in their order', () => {
    expect(formatId(new Map([[3, 120]]), { partition: 3, offset: 120 })).toBe('3:120');
    const reach = new Map([
      [7, 2],
      [5, 7],
      [3, 120],
    ]);
    expect(formatId(reach)).toBe('3:120,5:7,7:2');
    expect(formatId(reach, { partition: 5, offset: 7 })).toBe('5:7,3:120,7:2');
    expect(formatId(new Map())).toBe('start');
  });

  it('says all of the reach that it was made of', () => {
    fc.assert(
      fc.property(anyReach, (reach) => {
        expect(parseId(formatId(reach))?.reach).toEqual(reach);
      }),
    );
  });

  it.each([
    '',
    'x',
    '3',
    '3:',
    ':3',
    '3:1,',
    '3:1,3:2',
    '3:-1',
    '3:1.5',
    '3:1 ',
    '1234567:1',
    `0:1${',1:1'.repeat(2_000)}`,
  ])('is not %j', (id) => expect(parseId(id)).toBeUndefined());
});

describe('a reach', () => {
  it('united with another covers what either covers, and nothing else', () => {
    fc.assert(
      fc.property(anyReach, anyReach, anyPlace, (one, other, place) => {
        const both = unite(one, other);
        expect(covers(both, place)).toBe(covers(one, place) || covers(other, place));
        expect(contains(both, one) && contains(both, other)).toBe(true);
        expect(contains(one, both)).toBe(contains(one, other));
      }),
    );
  });
});
