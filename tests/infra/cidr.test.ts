import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressIn, contains, formatCidr, parseCidr } from '../../infra/cidr.ts';

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
