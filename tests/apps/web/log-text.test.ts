/** Texts of a log are never cut inside a character, wherever its bytes are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWhole, LogTexts } from '../../../apps/web/src/ci/live/log-text.ts';

describe('countWhole', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 2],
    ['a🚀', 5],
  ])('takes all of "%s"', (text, count) => {
    expect(countWhole(Buffer.from(text))).toBe(count);
  });

  it.each([1, 2, 3])('leaves a character of which %d bytes are there', (count) => {
    expect(countWhole(Buffer.concat([Buffer.from('ab'), Buffer.from('🚀').subarray(0, count)]))).toBe(2);
  });

  it('holds up nothing that is no UTF-8 at all', () => {
    expect(countWhole(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toBe(4);
    expect(countWhole(Buffer.from([0xff, 0x20]))).toBe(2);
  });
});

describe('LogTexts', () => {
  it('gives the same text however it is cut, and tells where each piece ends', () => {
    const cuts = fc.array(fc.nat(7), { maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), cuts, (text, lengths) => {
        const log = Buffer.from(text.toWellFormed());
        const texts = new LogTexts();
        const said: { text: string; offset: number }[] = [];
        let at = 0;
        for (const length of [...lengths, log.length]) {
          const bytes = log.subarray(at, at + length);
          at += bytes.length;
          const piece = texts.add(bytes, at);
          if (piece !== undefined) said.push(piece);
        }
        let end = 0;
        const ends = said.map((piece) => {
          end += Buffer.byteLength(piece.text);
          return end;
        });
        return (
          texts.end() === undefined &&
          said.map((piece) => piece.text).join('') === log.toString() &&
          said.every((piece, index) => piece.offset === ends[index])
        );
      }),
      { numRuns: 300 },
    );
  });

  it('shows at the end what was never completed', () => {
    const texts = new LogTexts();
    expect(texts.add(Buffer.from([0x61, 0xf0, 0x9f]), 3)).toEqual({ text: 'a', offset: 1 });
    expect(texts.end()).toEqual({ text: '\ufffd', offset: 3 });
  });
});
