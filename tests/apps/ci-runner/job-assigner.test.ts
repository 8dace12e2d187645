/** However runners come and go, each partition has one of them, evenly, and no running job moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, sharePartitions } from '../../../apps/ci-runner/src/job-assigner.ts';

const claim = (memberId: string, busy: number | null = null, owned: number[] = []): Claim => ({
  memberId,
  busy,
  owned,
});
const PARTITIONS = [0, 1, 2, 3, 4, 5];

describe('sharePartitions', () => {
  it('gives all to the only runner', () => {
    expect(sharePartitions(PARTITIONS, [claim('a')])).toEqual(new Map([['a', PARTITIONS]]));
  });

  it('leaves a running job where it is when a runner comes', () => {
    const shares = sharePartitions(PARTITIONS, [claim('a'), claim('b', 5, PARTITIONS)]);
    expect(shares.get('b')).toContain(5);
    expect(shares.get('a')).toHaveLength(3);
  });

  it('moves no more than it must', () => {
    const shares = sharePartitions(PARTITIONS, [claim('a', null, [0, 2, 4]), claim('b', null, [1, 3, 5])]);
    expect(shares).toEqual(
      new Map([
        ['a', [0, 2, 4]],
        ['b', [1, 3, 5]],
      ]),
    );
  });

  it('is whole, fair and kind to running jobs, whatever the runners claim', () => {
    const claims = fc.uniqueArray(
      fc.record({
        memberId: fc.string({ minLength: 1 }),
        busy: fc.option(fc.integer({ min: 0, max: 7 })),
        owned: fc.array(fc.integer({ min: 0, max: 7 })),
      }),
      { selector: ({ memberId }) => memberId, minLength: 1, maxLength: 9 },
    );
    fc.assert(
      fc.property(claims, (members) => {
        const shares = sharePartitions(PARTITIONS, members);
        expect([...shares.values()].flat().sort()).toEqual(PARTITIONS);
        const sizes = [...shares.values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const alone = members.filter(
          ({ busy }) => busy !== null && busy <= 5 && members.filter((other) => other.busy === busy).length === 1,
        );
        for (const { memberId, busy } of alone) expect(shares.get(memberId)).toContain(busy);
      }),
    );
  });
});
