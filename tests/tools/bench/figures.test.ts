/** The benchmark's figures: what several runs come to, and how a person reads them. */
import { array, assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  LAB_MEASURES,
  type LabMeasure,
  median,
  type Samples,
  STREAM_MEASURES,
  summarize,
} from '../../../tools/bench/measures.ts';
import { sumMemory } from '../../../tools/bench/memory.ts';
import { formatTable } from '../../../tools/bench/table.ts';

const samples: Samples<LabMeasure> = {
  up: [31, 29.04, 20],
  bare: [20, 21, 18],
  ratio: [1.55, 1.4, 1.111],
  noop: [4.1],
  changed: [12],
  down: [8.1, 7.9],
  memory: [900.4, 901],
};

describe('the figures of several runs', () => {
  test('are the median, the least and the most, beside what the project promises', () => {
    const [up, bare] = summarize(LAB_MEASURES, samples);
    expect(up).toEqual({
      name: 'up',
      title: './lab up, everything cached',
      unit: 's',
      limit: 30,
      median: 29.04,
      min: 20,
      max: 31,
      values: [31, 29.04, 20],
      withinLimit: true,
    });
    expect(bare).not.toHaveProperty('withinLimit');
  });

  test('are judged by their median: a limit that is just met is met', () => {
    const verdicts = summarize(LAB_MEASURES, samples).flatMap(({ name, withinLimit }) =>
      withinLimit === undefined ? [] : [[name, withinLimit]],
    );
    expect(Object.fromEntries(verdicts)).toEqual({ up: true, noop: false, changed: true, down: true, memory: true });
  });

  test.each([
    ['the least that is promised', [0.7, 0.8, 0.9], true],
    ['less than that', [0.7, 0.79, 0.9], false],
  ])('of %s', (_, produceRatio, kept) => {
    const every = Object.fromEntries(Object.keys(STREAM_MEASURES).map((name) => [name, [1]]));
    const figure = summarize(STREAM_MEASURES, { ...every, produceRatio }).find(({ name }) => name === 'produceRatio');
    expect(figure?.withinLimit).toBe(kept);
    expect(formatTable(figure === undefined ? [] : [figure])).toContain(kept ? '≥ 0.8 ×  ✓' : '≥ 0.8 ×  ✗');
  });

  test('name what was never measured', () => {
    expect(() => summarize(LAB_MEASURES, { ...samples, down: [] })).toThrow('"./lab down" was never measured');
  });

  test.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[10, 9, 100], 10],
  ])('the median of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  test('as many values lie below a median as above it, whatever their order', () => {
    const value = double({ min: 0, max: 1e6, noNaN: true });
    assert(
      property(array(value, { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((one) => one < middle).length;
        const above = values.filter((one) => one > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        expect(median(values.toReversed())).toBe(middle);
      }),
    );
  });
});

test('the table has a row for each measure, its limit, and whether it is kept', () => {
  expect(formatTable(summarize(LAB_MEASURES, samples))).toBe(
    [
      '                                        median      min      max     limit',
      './lab up, everything cached             29.0 s   20.0 s   31.0 s      30 s  ✓',
      '  the same containers by docker alone   20.0 s   18.0 s   21.0 s',
      '  ./lab up compared with that           1.40 ×   1.11 ×   1.55 ×',
      './lab up, nothing changed                4.1 s    4.1 s    4.1 s       4 s  ✗',
      './lab up, the web app changed           12.0 s   12.0 s   12.0 s      12 s  ✓',
      './lab down                               8.0 s    7.9 s    8.1 s       8 s  ✓',
      'memory of the idle lab                 901 MiB  900 MiB  901 MiB  1536 MiB  ✓',
    ].join('\n'),
  );
  expect(Object.keys(samples)).toEqual(Object.keys(LAB_MEASURES));
});

describe('the memory of containers', () => {
  test('is summed over all of them, in MiB, whatever the unit', () => {
    expect(sumMemory('121.5MiB / 512MiB\n1.5GiB / 2GiB\n512KiB / 1GiB\n\n')).toBe(1658);
    expect(sumMemory('104.8576MB / 1GB\n0B / 0B\n')).toBe(100);
    expect(sumMemory('')).toBe(0);
  });

  test.each(['-- / --', 'MiB / 1GiB', 'Error'])('is not guessed from %j', (line) => {
    expect(() => sumMemory(`1MiB / 1GiB\n${line}\n`)).toThrow(`docker stats gave no memory: "${line}"`);
  });
});
