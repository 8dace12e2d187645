import isNumber from 'is-number';

/** Adds two numbers. Texts that look like numbers count as such. */
export function addNumbers(num1, num2) {
  for (const value of [num1, num2]) {
    if (!isNumber(value)) throw new TypeError(`${value} is not a number.`);
  }
  return Number(num1) + Number(num2);
}

/** No test reaches this: the coverage report says so. */
export function subtractNumbers(num1, num2) {
  return addNumbers(num1, -num2);
}
