/** What a stack's resources are called. */
import { expect, test } from 'vitest';
import { isPlainName, resourceName } from '../../infra/naming.ts';

test('a stack and its parts have names that say whose they are', () => {
  expect(resourceName('dev')).toBe('lab-dev');
  expect(resourceName('dev', 'kafka-1')).toBe('lab-dev-kafka-1');
});

test('no two stacks share one, also where their names differ in signs alone that no resource may have', () => {
  const stacks = ['x-y', 'x.y', 'x_y', 'X-Y', 'X.y'];
  const names = stacks.map((stack) => resourceName(stack, 'web'));
  expect(new Set(names).size).toBe(stacks.length);
  for (const name of names) expect(name).toMatch(/^lab-x-y-([0-9a-f]{8}-)?web$/);
});

test.each(['', '-x', '.x', 'a..b', 'a/b', 'a b', 'ü', 'x'.repeat(101)])('%j is no plain name', (text) => {
  expect(isPlainName(text)).toBe(false);
});
