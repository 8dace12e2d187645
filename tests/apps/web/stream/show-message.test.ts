/** Whatever bytes a message has, what is shown of it is short text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showBytes, showMessage } from '../../../../apps/web/src/stream/show-message.ts';

const shown = (...bytes: number[]): string => showBytes(Uint8Array.from(bytes), 200);

describe('the bytes of a message', () => {
  it('are its text where they are one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\p{L}\p{N}\p{P}\n 🚀]{0,200}$/u), (text) => {
        fc.pre(text.length <= 200);
        expect(showBytes(Buffer.from(text), 200)).toBe(text);
      }),
    );
  });

  it('are at most as long as allowed, and hold nothing that cannot be seen', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.integer({ min: 1, max: 300 }), (bytes, limit) => {
        const text = showBytes(bytes, limit);
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(text.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202e]/u);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('are escapes where they are no UTF-8, and text around that', () => {
    expect(shown(0x68, 0x69, 0xff, 0x68, 0xc3, 0xa9, 0xc3)).toBe('hi\\xffhé\\xc3');
    expect(shown(0x61, 0x00, 0x1b, 0x0a)).toBe('a\\u{0}\\u{1b}\n');
    expect(showBytes(Buffer.from('\u202eabc'), 200)).toBe('\\u{202e}abc');
  });

  it('are not cut within a character', () => {
    expect(showBytes(Buffer.from('ab🚀'), 3)).toBe('ab');
    expect(showBytes(Buffer.from('ab🚀'), 4)).toBe('ab🚀');
    expect(showBytes(Buffer.from('é'.repeat(300)), 200)).toBe('é'.repeat(200));
  });
});

describe('a message', () => {
  it('is cut for lists, longer by itself, and tells its length', () => {
    const value = Buffer.from('x'.repeat(10_000));
    const message = { key: null, value, timestamp: '1000', offset: '7', attributes: 0, headers: {} };
    const { whole, ...rest } = showMessage(2, message);
    expect(rest).toEqual({
      partition: 2,
      offset: 7,
      time: '1970-01-01T00:00:01.000Z',
      key: null,
      value: 'x'.repeat(200),
      bytes: 10_000,
    });
    expect(whole).toBe('x'.repeat(4_000));
  });

  it('without a value has none', () => {
    const message = { key: Buffer.from('k'), value: null, timestamp: '0', offset: '0', attributes: 0, headers: {} };
    expect(showMessage(0, message)).toMatchObject({ key: 'k', value: null, whole: null, bytes: 0 });
  });
});
