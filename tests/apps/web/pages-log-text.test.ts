/** What the page of a run makes of the output of programs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogText } from '../../../apps/web/browser/ci/log-text.ts';

/** All that a log shows at its end, when it came in these pieces. */
function read(...pieces: string[]): string {
  const log = createLogText();
  let complete = '';
  let open = '';
  for (const piece of pieces) {
    const got = log.push(piece);
    complete += got.complete;
    open = got.open;
  }
  return complete + open;
}

describe('the text of a log', () => {
  it.each([
    ['plain\n', 'plain\n'],
    ['\u001b[1;32mgreen\u001b[0m \u001b[38;5;196mred\u001b[m\n', 'green red\n'],
    ['\u001b]0;a title\u0007after\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\\n', 'afterlink\n'],
    ['\u001b[2K\u001b[1Aup\u001b[?25h\n', 'up\n'],
    ['\u001b(B\u001bMshort\n', 'short\n'],
    ['10 %\r60 %\rdone\nnext\r\n', 'done\nnext\n'],
    ['carriage\r', 'carriage'],
    ['bell\u0007 null\u0000 back\u0008 c1\u009b\ttab\n', 'bell null back c1\ttab\n'],
    ['<b>&amp;</b> é 😀\n', '<b>&amp;</b> é 😀\n'],
    ['', ''],
  ])('%j is read as %j', (text, shown) => {
    expect(read(text)).toBe(shown);
  });

  it('is the same in whatever pieces it comes', () => {
    const part = fc.constantFrom(
      'a',
      'bc',
      '\n',
      '\r',
      '\r\n',
      '\u001b[31m',
      '\u001b[0m',
      '\u001b]0;t\u0007',
      '😀',
      ' ',
      '1;2',
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(40)), (parts, cuts) => {
        const text = parts.join('');
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(read(...pieces)).toBe(read(text));
      }),
    );
  });

  it('shows a line that is still being written', () => {
    const log = createLogText();
    expect(log.push('one\n..')).toEqual({ complete: 'one\n', open: '..' });
    expect(log.push('..')).toEqual({ complete: '', open: '....' });
    expect(log.push('\n')).toEqual({ complete: '....\n', open: '' });
  });

  it('lets go of a line that never ends', () => {
    const log = createLogText();
    const piece = 'x'.repeat(10_000);
    log.push(piece);
    expect(log.push(piece)).toEqual({ complete: piece + piece, open: '' });
  });
});
