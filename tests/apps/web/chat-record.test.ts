/** Messages of the chat on their topic, whoever wrote them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSaying, writeSaying } from '../../../apps/web/src/chat/record.ts';

const time = new Date();
const read = (key: string | undefined, value: string | undefined, headers = {}) =>
  readSaying({ key, value, headers, time });

describe('what is said', () => {
  it('is a line that any consumer can read', () => {
    const write = writeSaying({ room: 'lobby', user: 'Ann', text: 'Hello\nall', sendId: 'a-1' });
    expect(write).toEqual({ key: 'lobby', value: '[Ann]: Hello\nall', headers: { 'send-id': 'a-1' } });
    expect(readSaying({ ...write, time })).toEqual({ room: 'lobby', user: 'Ann', text: 'Hello\nall', sendId: 'a-1' });
  });

  it('comes back as it was', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9äé€🚀<>&[\]:*_ ]{1,20}$/u).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(word, fc.constantFrom('Ann', 'Dr. Weber', 'Zoë 🚀', ']', '[x]'), (text, user) => {
        const back = readSaying({ ...writeSaying({ room: 'r', user, text, sendId: undefined }), time });
        const isName = !/[[\]]/.test(user);
        expect(back).toMatchObject(isName ? { user, text } : { user: '' });
      }),
    );
  });
});

describe('what other programs write', () => {
  it('is said by nobody when it names nobody, or somebody who cannot be called so', () => {
    expect(read('lobby', 'Build 12 passed')).toMatchObject({ user: '', text: 'Build 12 passed' });
    expect(read('lobby', '[]: x')).toMatchObject({ user: '', text: '[]: x' });
    expect(read('lobby', `[${'x'.repeat(33)}]: y`)).toMatchObject({ user: '' });
    expect(read('lobby', '[Ann]: hi')).toMatchObject({ user: 'Ann', text: 'hi', sendId: undefined });
  });

  it.each([
    [undefined, '[Ann]: x'],
    ['Lobby', '[Ann]: x'],
    ['a/b', '[Ann]: x'],
    ['', '[Ann]: x'],
    ['lobby', undefined],
    ['lobby', '  '],
  ])('is ignored where it is of no room or says nothing: key %j, value %j', (key, value) => {
    expect(read(key, value)).toBeUndefined();
  });

  it('moves no cursor and fills no memory', () => {
    expect(read('lobby', '[Ann]: a\u001b[2Jb\u0007\r\nc')?.text).toBe('a\u{fffd}[2Jb\u{fffd}\nc');
    const long = read('lobby', `[Ann]: ${'🚀'.repeat(500_000)}`)?.text ?? '';
    expect([...long]).toHaveLength(2_000);
    expect(long.endsWith('🚀…')).toBe(true);
    expect([...(read('lobby', `[Ann]: ${'🚀'.repeat(2_000)}`)?.text ?? '')]).toHaveLength(2_000);
  });

  it('may give a name for sending that is one', () => {
    expect(read('lobby', 'x', { 'send-id': 'a b' })?.sendId).toBeUndefined();
    expect(read('lobby', 'x', { 'send-id': 'a-b' })?.sendId).toBe('a-b');
  });
});
