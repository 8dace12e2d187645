/** A member of a group hands out each message once, and tells the group no more than what is done. */
import { describe, expect, it } from 'vitest';
import { Positions } from '../../../../apps/stream/src/client/positions.ts';

const at = (partition: number, offset: number) => ({ partition, offset: BigInt(offset) });

describe('Positions', () => {
  it('hands out a message once, and none of a partition that is not ours', () => {
    const positions = new Positions();
    positions.start(0, 5n);
    expect([4, 5, 6, 5, 7].map((offset) => positions.hand(at(0, offset)))).toEqual([false, true, true, false, true]);
    expect(positions.hand(at(1, 0))).toBe(false);
  });

  it('tells where it begins, so that what comes later is not skipped, and then what is done', () => {
    const positions = new Positions();
    positions.start(0, 5n);
    expect(positions.takeChanged()).toEqual([[0, 5n]]);
    positions.hand(at(0, 5));
    expect(positions.takeChanged()).toEqual([]);
    positions.done([at(0, 5)]);
    expect(positions.takeChanged()).toEqual([[0, 6n]]);
  });

  it('goes on where it is with a partition that stays, and begins anew with one that comes back', () => {
    const positions = new Positions();
    for (const partition of [0, 1]) positions.start(partition, 0n);
    positions.hand(at(0, 0));
    positions.hand(at(1, 0));
    positions.keepOnly([0]);
    positions.start(0, 0n);
    expect(positions.hand(at(0, 0))).toBe(false);
    expect(positions.hand(at(1, 1))).toBe(false);
    positions.keepOnly([0, 1]);
    positions.start(1, 9n);
    expect(positions.hand(at(1, 9))).toBe(true);
  });

  it('commits nothing of a partition that somebody else has now', () => {
    const positions = new Positions();
    positions.start(0, 0n);
    positions.hand(at(0, 0));
    positions.keepOnly([]);
    positions.done([at(0, 0)]);
    expect(positions.takeChanged()).toEqual([]);
    positions.putBack([[0, 1n]]);
    expect(positions.takeChanged()).toEqual([]);
  });

  it('tells again what the group could not be told, unless it is further by now', () => {
    const positions = new Positions();
    for (const partition of [0, 1]) positions.start(partition, 0n);
    const changed = positions.takeChanged();
    positions.done([at(1, 7)]);
    positions.putBack(changed);
    expect(new Map(positions.takeChanged())).toEqual(
      new Map([
        [0, 0n],
        [1, 8n],
      ]),
    );
  });
});
