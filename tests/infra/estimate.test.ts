/** Sums of a bill, and what a person reads of them. */
import { expect, test } from 'vitest';
import { type BillItem, formatEstimate, formatEstimateLine, sumBill } from '../../infra/estimate.ts';

const MACHINE: BillItem = { what: 'host web: Small', perHour: 0.02, stops: true };
const DISK: BillItem = { what: 'host web: disk', perHour: 0.004, stops: false, note: 'kept' };
const UNKNOWN: BillItem = { what: 'host ci-1: Strange', perHour: undefined, stops: true };
const TERMS = { currency: 'USD', basis: 'a guess' };

test('the sum is told for an hour, a month and the life of the lab, and for machines that are shut down', () => {
  const estimate = sumBill([MACHINE, DISK], { ...TERMS, ttl: 100 });
  expect(estimate.perHour).toBeCloseTo(0.024);
  expect(estimate.perMonth).toBeCloseTo(17.52);
  expect(estimate.overLife).toBeCloseTo(2.4);
  expect(estimate.firstMonth).toBeCloseTo(2.4);
  expect(estimate.shutDownPerHour).toBeCloseTo(0.004);
  expect(estimate.shutDownPerMonth).toBeCloseTo(2.92);
});

test('the first month is a whole one where the lab lives longer, or for ever', () => {
  expect(sumBill([MACHINE], { ...TERMS, ttl: 10_000 }).firstMonth).toBeCloseTo(14.6);
  const forEver = sumBill([MACHINE], { ...TERMS, ttl: undefined });
  expect(forEver).toMatchObject({ lifeHours: undefined, overLife: undefined });
  expect(forEver.firstMonth).toBeCloseTo(14.6);
});

test('what has no known price is named and not counted as free', () => {
  const estimate = sumBill([MACHINE, UNKNOWN], { ...TERMS, ttl: undefined });
  expect(estimate.unpriced).toEqual(['host ci-1: Strange']);
  expect(formatEstimate(estimate)).toMatch(/host ci-1: Strange +no price known$/m);
  expect(formatEstimate(estimate)).toContain('together, and more for what has no price here');
  expect(formatEstimateLine(estimate)).toBe(
    'this lab costs about 0.020 USD an hour, 14.60 USD a month, as it has no end (lab:ttl is none); not counted, as no price is known: host ci-1: Strange (a guess)',
  );
});

test('a bill is a table whose columns are aligned', () => {
  expect(formatEstimate(sumBill([MACHINE, DISK], { ...TERMS, ttl: 48 })).split('\n')).toEqual([
    '                                    USD an hour  a month of 730 h',
    '  host web: Small                         0.020             14.60',
    '  host web: disk (kept)                   0.004              2.92',
    '',
    '  together                                0.024             17.52',
    '  while the machines are shut down        0.004              2.92',
    '',
    '  Over its life of 2 days: 1.15 USD.',
    '  (a guess)',
  ]);
});

test.each([
  [5, '5 h'],
  [24, '1 day'],
  [36, '36 h'],
  [168, '7 days'],
])('a life of %i hours is told as %s', (ttl, text) => {
  expect(formatEstimateLine(sumBill([DISK], { ...TERMS, ttl }))).toContain(`over its life of ${text} `);
});
