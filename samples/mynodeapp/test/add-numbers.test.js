import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addNumbers } from '../add-numbers.js';

test('adds two numbers', () => {
  assert.equal(addNumbers(1, 2.5), 3.5);
});

test('refuses what is no number', () => {
  assert.throws(() => addNumbers('one', 1), TypeError);
});
