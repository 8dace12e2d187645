/** Every message of a load is accounted for, whatever is lost, doubled or late. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberSet } from '../../../../apps/stream/src/consume/number-set.ts';
import { describeReport, isWhole, RunCounts, Verification } from '../../../../apps/stream/src/consume/verify-run.ts';
import { loadValues, parseLoadMessage } from '../../../../apps/stream/src/load-message.ts';

const count = (numbers: number[], expected?: number) => {
  const counts = new RunCounts('r');
  for (const number of numbers) counts.add(number, 0);
  return counts.report(expected);
};

describe('RunCounts', () => {
  it('finds exactly what is missing and what is doubled', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(numbers, fc.array(fc.nat(), { maxLength: 50 }), fc.nat(1_000), (some, again, more) => {
        const sorted = some.toSorted((a, b) => a - b);
        const doubled = again.map((index) => sorted[index % sorted.length] ?? 0);
        const expected = (sorted.at(-1) ?? 0) + more;
        expect(count([...sorted, ...doubled], expected)).toEqual({
          run: 'r',
          messages: sorted.length,
          missing: expected - sorted.length,
          duplicates: doubled.length,
          outOfOrder: 0,
        });
      }),
    );
  });

  it('counts each message that comes after a higher one of its partition', () => {
    expect(count([1, 3, 2, 4]).outOfOrder).toBe(1);
    expect(count([4, 3, 2, 1]).outOfOrder).toBe(3);
    const counts = new RunCounts('r');
    for (const [number, partition] of [
      [5, 0],
      [1, 1],
      [6, 0],
      [2, 1],
    ] as const)
      counts.add(number, partition);
    expect(counts.report()).toMatchObject({ outOfOrder: 0, missing: 2 });
  });

  it('takes what comes a second time for a duplicate, not for late', () => {
    expect(count([1, 2, 3, 1, 2, 3, 4])).toMatchObject({ duplicates: 3, outOfOrder: 0, missing: 0 });
  });
});

describe('Verification', () => {
  it('tells runs apart, or looks at one', () => {
    const both = new Verification(undefined, undefined);
    const one = new Verification('b', 3);
    for (const verification of [both, one]) {
      for (const [run, number] of [
        ['a', 2],
        ['b', 1],
        ['b', 2],
      ] as const)
        verification.add({ run, number }, 0);
    }
    expect(both.reports().map(describeReport)).toEqual([
      '1 messages of run a: 1 missing, 0 duplicates, 0 out of order',
      '2 messages of run b: 0 missing, 0 duplicates, 0 out of order',
    ]);
    expect(one.reports()).toMatchObject([{ run: 'b', missing: 1 }]);
    expect(one.isComplete).toBe(false);
    one.add({ run: 'b', number: 3 }, 0);
    expect(one.isComplete).toBe(true);
  });
  it('leaves out parts of older runs once one is complete', () => {
    const verification = new Verification(undefined, 1);
    verification.add({ run: 'a', number: 2 }, 0);
    verification.add({ run: 'b', number: 1 }, 0);
    expect(verification.reports().map(({ run }) => run)).toEqual(['a', 'b']);
    const two = new Verification(undefined, 2);
    for (const [run, number] of [
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ] as const)
      two.add({ run, number }, 0);
    expect(two.reports()).toMatchObject([{ run: 'b', missing: 0 }]);
  });
  it('finds a run of which nothing came missing', () => {
    const reports = new Verification('b', 5).reports();
    expect(reports).toMatchObject([{ messages: 0, missing: 5 }]);
    expect(reports.every(isWhole)).toBe(false);
    expect(new Verification('b', undefined).reports().every(isWhole)).toBe(false);
  });
});

describe('NumberSet', () => {
  it('is a set, and small also with a number that is far out', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999_999_999_999 })), (numbers) => {
        const [set, model] = [new NumberSet(), new Set<number>()];
        for (const number of numbers) {
          expect(set.add(number)).toBe(!model.has(number));
          model.add(number);
        }
        expect(set.size).toBe(model.size);
      }),
    );
  });
});

describe('a load message', () => {
  it('is found again, and has its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 30, max: 300 }), (number, size) => {
        const value = Buffer.from(loadValues('1a2b3c4d', size)(number));
        expect(value.length).toBe(size);
        expect(parseLoadMessage(value)).toEqual({ run: '1a2b3c4d', number });
      }),
    );
  });
  it('keeps run and number where the size is too small for them', () => {
    expect(loadValues('1a2b3c4d', 4)(17)).toBe('#1a2b3c4d 17 ');
  });
  it.each([
    '',
    '#',
    '# 1 ',
    '#a',
    '#a ',
    '#a x ',
    '#a 1',
    '#a 0 ',
    '#a -1 ',
    `#a ${'9'.repeat(40)} `,
    '[x]: #a 1 ',
    `#${'r'.repeat(99)} 1 `,
  ])('%j is none', (text) => {
    expect(parseLoadMessage(Buffer.from(text))).toBeUndefined();
  });
});
