/** What a message looks like as a line, whatever bytes it has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingMessage } from '../../../../apps/stream/src/client/client.ts';
import {
  decodeText,
  escapeControls,
  formatJson,
  formatValue,
} from '../../../../apps/stream/src/consume/format-message.ts';

const message = (value: Buffer | undefined, more: Partial<IncomingMessage> = {}): IncomingMessage => ({
  partition: 2,
  offset: 41n,
  key: undefined,
  value,
  headers: [],
  timestamp: 1_700_000_000_000n,
  ...more,
});

describe('decodeText', () => {
  it.each([
    [Buffer.from('grüße 😀'), 'grüße 😀'],
    [Buffer.from([0x61, 0xff, 0x62]), 'a\\xffb'],
    [Buffer.from([0xc3]), '\\xc3'],
    [Buffer.concat([Buffer.from('ü'), Buffer.from([0xe2, 0x82]), Buffer.from('€')]), 'ü\\xe2\\x82€'],
  ])('%j', (bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it('leaves every text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeText(Buffer.from(text))).toBe(text);
      }),
    );
  });

  it('says every byte of what is no text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const unescaped = decodeText(Buffer.from(bytes)).replace(/\\x([0-9a-f]{2})|[\s\S]/gu, (all, hex: string) =>
          hex === undefined ? Buffer.from(all).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
        );
        // A text may say \xNN itself: those are told apart by nobody, and are left out here.
        fc.pre(!Buffer.from(bytes).includes('\\x'));
        expect(Buffer.from(unescaped, 'latin1')).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('formatValue', () => {
  it('lets no message drive the terminal', () => {
    const value = Buffer.from('\x1b[2Ja\r\u009b1mb\x07\tc\nd');
    expect(formatValue(message(value), true)).toBe('\\x1b[2Ja\\x0d\\x9b1mb\\x07\tc\nd');
    expect(formatValue(message(value), false)).toBe(value.toString());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeControls(text)).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
    );
  });
  it('has nothing for a message without a value', () => {
    expect(formatValue(message(undefined), true)).toBe('');
  });
});

describe('formatJson', () => {
  it('has all of a message', () => {
    const headers: [Buffer, Buffer][] = [[Buffer.from('h'), Buffer.from('1')]];
    expect(JSON.parse(formatJson('chat', message(Buffer.from('hi'), { key: Buffer.from('k'), headers })))).toEqual({
      topic: 'chat',
      partition: 2,
      offset: 41,
      key: 'k',
      value: 'hi',
      headers: { h: '1' },
      timestamp: '2023-11-14T22:13:20.000Z',
    });
  });
  it('has bytes in base64, and null for what is not there', () => {
    const json: unknown = JSON.parse(formatJson('t', message(Buffer.from([255]), { timestamp: -1n })));
    expect(json).toMatchObject({ valueBase64: '/w==', key: null, timestamp: null });
    expect(json).not.toHaveProperty('value');
  });
});
