/** The log tells what happened, without stacks of what was expected to go wrong. */
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../apps/common/src/log.ts';

describe('describeError', () => {
  it('tells the cause and the code, and no stack', () => {
    const error = new Error('The storage does not answer', {
      cause: Object.assign(new Error('refused'), { code: 'E1' }),
    });
    expect(describeError(error)).toEqual({
      type: 'Error',
      message: 'The storage does not answer',
      cause: { type: 'Error', message: 'refused', code: 'E1' },
    });
  });

  it('keeps the place of a mistake in the program', () => {
    expect(describeError(new TypeError('x is not a function'))).toHaveProperty('stack');
  });
});
