/** The lecture's first microservice: adds two numbers. */
import type { LabFunction } from './function.ts';

/** `add_numbers`: the sum of `num1` and `num2`. */
export const addNumbers: LabFunction = {
  name: 'add_numbers',
  summary: 'Adds two numbers',
  args: [
    { name: 'num1', description: 'First number (numeric)' },
    { name: 'num2', description: 'Second number (numeric)' },
  ],
  run: (num1 = Number.NaN, num2 = Number.NaN) => num1 + num2,
};
