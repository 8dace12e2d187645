import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressIn, contains, dropContained, formatCidr, parseCidr } from '../../infra/cidr.ts';

describe('networks', () => {
  test.each(['10.0.0.0/33', '10.0.0.256/32', '10.0.0.1/24', '10.0.0.0', 'x', '', '10.0.0.0/', '1.2.3.4/32 '])(
    '%j is none',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test('text and network are the same thing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const network = { first: address - (address % 2 ** (32 - bits)), bits };
        expect(parseCidr(formatCidr(network))).toEqual(network);
        expect(contains(network, network)).toBe(true);
      }),
    );
  });

  test('addresses are counted within, and no further', () => {
    const network = { first: 10 * 2 ** 24 + 255 * 256, bits: 24 };
    expect(addressIn(network, 1)).toBe('10.0.255.1');
    expect(() => addressIn(network, 256)).toThrow(RangeError);
    expect(contains({ first: 127 * 2 ** 24, bits: 8 }, { first: 127 * 2 ** 24 + 1, bits: 32 })).toBe(true);
    expect(contains({ first: 127 * 2 ** 24, bits: 8 }, { first: 0, bits: 0 })).toBe(false);
  });
});

test('networks that lie in others are dropped, each of the others is kept once', () => {
  expect(dropContained(['10.80.0.0/24', '10.0.0.0/8', '192.0.2.1/32', '10.80.0.0/24', '192.0.2.1/32'])).toEqual([
    '10.0.0.0/8',
    '192.0.2.1/32',
  ]);
  expect(dropContained(['0.0.0.0/0', '10.0.0.0/8'])).toEqual(['0.0.0.0/0']);
});
