/** Lines that are piped in arrive in their order, and no faster than the broker takes them. */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../../apps/stream/src/client/client.ts';
import { sendLines } from '../../../../apps/stream/src/produce/send-lines.ts';
import { splitLines } from '../../../../apps/stream/src/produce/split-lines.ts';

async function* pieces(text: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    yield text.subarray(from, cut);
    from = cut;
  }
  yield text.subarray(from);
}
const split = async (text: string, cuts: readonly number[] = []) => {
  const lines: string[] = [];
  for await (const some of splitLines(pieces(Buffer.from(text), cuts))) lines.push(...some.map(String));
  return lines;
};

describe('splitLines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\n\nb\r', ['a', '', 'b']],
    ['', []],
    ['\n', ['']],
  ])('%j', async (text, lines) => {
    expect(await split(text)).toEqual(lines);
  });

  it('does not depend on how the pieces are cut', async () => {
    const text = 'grüße\nzwei\r\n\n😀 drei\nvier';
    const length = Buffer.byteLength(text);
    const whole = await split(text);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: length })), async (cuts) => {
        expect(await split(text, cuts)).toEqual(whole);
      }),
    );
  });

  it('refuses a line that no broker would take, before it fills the memory', async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(16 * 1_048_576, 'x');
    };
    await expect(splitLines(endless()).next()).rejects.toThrow('longer than 64 MiB');
  });
});

describe('sendLines', () => {
  const never = new AbortController().signal;
  const message = (index: number): OutgoingMessage => ({ value: String(index) });

  it('sends all in order, one request at a time, and keeps the input waiting meanwhile', async () => {
    const sent: string[] = [];
    let [read, most, underway] = [0, 0, 0];
    const input = async function* () {
      for (let index = 0; index < 30_000; index += 10) {
        read += 10;
        most = Math.max(most, read - sent.length);
        yield Array.from({ length: 10 }, (_, each) => message(index + each));
      }
    };
    const send = async (messages: OutgoingMessage[]) => {
      underway += 1;
      expect(underway).toBe(1);
      await delay(1);
      sent.push(...messages.map(({ value }) => String(value)));
      underway -= 1;
      return [];
    };
    expect(await sendLines(input(), send, never)).toBe(30_000);
    expect(sent).toEqual(Array.from({ length: 30_000 }, (_, index) => String(index)));
    expect(most).toBeLessThan(5_000);
  });

  it('sends a line at once when nothing is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const input = async function* () {
      yield [message(1)];
      await promise;
    };
    const sent: OutgoingMessage[] = [];
    const sending = sendLines(
      input(),
      async (messages) => {
        sent.push(...messages);
        resolve();
        return [];
      },
      never,
    );
    expect(await sending).toBe(1);
    expect(sent).toEqual([message(1)]);
  });

  it('ends with what the producer throws, and sends nothing after it', async () => {
    const requests: OutgoingMessage[][] = [];
    const input = async function* () {
      for (let index = 0; index < 10_000; index++) yield [message(index)];
    };
    const sending = sendLines(
      input(),
      async (messages) => {
        requests.push(messages);
        await delay(1);
        throw new Error('no');
      },
      never,
    );
    await expect(sending).rejects.toThrow('no');
    expect(requests).toHaveLength(1);
  });
});
