/** However runners come and go, each partition has one of them, evenly, and no running job moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, sharePartitions } from '../../../../apps/ci-runner/src/queue/share-partitions.ts';

const claim = (memberId: string, busy: number[] = [], owned: number[] = []): Claim => ({ memberId, busy, owned });
const PARTITIONS = [0, 1, 2, 3, 4, 5];

const partitionsUpTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 15 }));
const anyClaims = fc.uniqueArray(fc.record({ memberId: fc.string({ minLength: 1 }), busy: numbers, owned: numbers }), {
  selector: ({ memberId }) => memberId,
  minLength: 1,
  maxLength: 9,
});
const anyPartitions = fc.integer({ min: 1, max: 14 }).map(partitionsUpTo);

/** A group at rest: it has shared evenly, and runs jobs in some of the partitions. */
const groupAtRest = fc
  .tuple(anyPartitions, fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.boolean()))
  .map(([partitions, count, runs]) => {
    const shares = sharePartitions(
      partitions,
      partitionsUpTo(count).map((index) => claim(`m${index}`)),
    );
    const claims = [...shares].map(([memberId, owned]) =>
      claim(
        memberId,
        owned.filter(() => runs.next().value),
        owned,
      ),
    );
    return { partitions, claims };
  });

describe('sharePartitions', () => {
  it('gives all to the only runner', () => {
    expect(sharePartitions(PARTITIONS, [claim('a')])).toEqual(new Map([['a', PARTITIONS]]));
  });

  it('leaves running jobs where they are when a runner comes', () => {
    const shares = sharePartitions(PARTITIONS, [claim('a'), claim('b', [3, 5], PARTITIONS)]);
    expect(shares.get('b')).toEqual(expect.arrayContaining([3, 5]));
    expect(shares.get('a')).toHaveLength(3);
  });

  it('gives a runner that comes less where more partitions are busy', () => {
    const shares = sharePartitions(PARTITIONS, [claim('a'), claim('b', [0, 1, 2, 3], PARTITIONS)]);
    expect(shares).toEqual(
      new Map([
        ['a', [4, 5]],
        ['b', [0, 1, 2, 3]],
      ]),
    );
  });

  it('moves no more than it must', () => {
    const shares = sharePartitions(PARTITIONS, [claim('a', [], [0, 2, 4]), claim('b', [], [1, 3, 5])]);
    expect(shares).toEqual(
      new Map([
        ['a', [0, 2, 4]],
        ['b', [1, 3, 5]],
      ]),
    );
  });

  it('gives each partition to exactly one runner, whatever they claim', () => {
    fc.assert(
      fc.property(anyPartitions, anyClaims, (partitions, claims) => {
        const shares = sharePartitions(partitions, claims);
        expect(shares.size).toBe(claims.length);
        expect([...shares.values()].flat().sort((a, b) => a - b)).toEqual(partitions);
      }),
    );
  });

  it('leaves a busy partition with the runner that claims it, whatever they claim', () => {
    fc.assert(
      fc.property(anyPartitions, anyClaims, (partitions, claims) => {
        const shares = sharePartitions(partitions, claims);
        for (const partition of partitions) {
          const claimants = claims.filter(({ busy }) => busy.includes(partition));
          if (claimants.length === 0) continue;
          expect(claimants.some(({ memberId }) => shares.get(memberId)?.includes(partition))).toBe(true);
        }
      }),
    );
  });

  it('is even, but for runners all of whose partitions are busy', () => {
    fc.assert(
      fc.property(anyPartitions, anyClaims, (partitions, claims) => {
        const shares = sharePartitions(partitions, claims);
        const least = Math.min(...[...shares.values()].map((share) => share.length));
        for (const { memberId, busy } of claims) {
          const share = shares.get(memberId) ?? [];
          if (share.some((partition) => !busy.includes(partition))) expect(share.length).toBeLessThanOrEqual(least + 1);
        }
      }),
    );
  });

  it('leaves a group at rest as it is', () => {
    fc.assert(
      fc.property(groupAtRest, ({ partitions, claims }) => {
        const before = new Map(claims.map(({ memberId, owned }) => [memberId, [...owned]]));
        expect(sharePartitions(partitions, claims)).toEqual(before);
      }),
    );
  });

  it('moves partitions only to the runner that comes, or only from the one that went', () => {
    fc.assert(
      fc.property(groupAtRest, fc.constantFrom('l', 'm0x', 'z'), ({ partitions, claims }, comer) => {
        const joined = sharePartitions(partitions, [...claims, claim(comer)]);
        for (const { memberId, owned } of claims)
          expect(owned).toEqual(expect.arrayContaining(joined.get(memberId) ?? []));

        const left = sharePartitions(partitions, claims.slice(1));
        for (const { memberId, owned } of claims.slice(1)) {
          expect(left.get(memberId)).toEqual(expect.arrayContaining([...owned]));
        }
      }),
    );
  });
});
