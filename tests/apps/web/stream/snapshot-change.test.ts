/** What goes over the wire is only what changed, and makes the same picture at the other end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange, findChange } from '../../../../apps/web/src/stream/snapshot-change.ts';
import { anySnapshot } from './samples.ts';

describe('a change of a snapshot', () => {
  it('makes the later one of the earlier one', () => {
    fc.assert(
      fc.property(anySnapshot, anySnapshot, (before, after) => {
        const change = findChange(before, after);
        expect(change === undefined ? before : applyChange(before, change)).toEqual(after);
      }),
    );
  });

  it('is none where nothing is other than before', () => {
    fc.assert(fc.property(anySnapshot, (snapshot) => findChange(snapshot, structuredClone(snapshot)) === undefined));
  });

  it('names only the groups and topics that are other than before', () => {
    fc.assert(
      fc.property(anySnapshot, (before) => {
        const [topic] = before.topics;
        if (topic === undefined) return;
        const after = {
          ...before,
          topics: before.topics.map((each) => (each === topic ? { ...each, purpose: 'new' } : each)),
        };
        expect(findChange(before, after)).toEqual({ topics: [{ ...topic, purpose: 'new' }] });
      }),
    );
  });
});
