/** What a process remembers of rooms: the newest, each message once, and never more than fits. */
import { describe, expect, it } from 'vitest';
import { formatId, parseId } from '../../../apps/web/src/chat/reach.ts';
import { ROOM_KEEPS, RoomMemory } from '../../../apps/web/src/chat/room-memory.ts';
import { Rooms, type RoomsOptions } from '../../../apps/web/src/chat/rooms.ts';

const time = new Date('2026-03-01T10:00:00Z');
const place = (id: string) => parseId(id) ?? { reach: new Map<number, number>(), own: undefined };
const texts = (messages: readonly { text: string }[]): string[] => messages.map(({ text }) => text);

function remember(options: RoomsOptions = {}) {
  const rooms = new Rooms(options);
  let offset = 0;
  const say = (room: string, text: string, { sendId, partition = 0 }: { sendId?: string; partition?: number } = {}) =>
    rooms.add({ room, user: 'Ann', text, sendId }, { partition, offset: offset++ }, time)?.message;
  return { rooms, say };
}

describe('a room', () => {
  it('keeps the newest messages and says when it no longer has all that one missed', () => {
    const room = new RoomMemory(new Map());
    for (let offset = 0; offset < ROOM_KEEPS + 10; offset++) {
      room.add({ room: 'r', user: 'Ann', text: `${offset}`, sendId: undefined }, { partition: 3, offset }, time);
    }
    expect(room.after(place('3:9').reach)).toHaveLength(ROOM_KEEPS);
    expect(room.after(place('3:8').reach)).toBeUndefined();
    expect(room.after(place('start').reach)).toBeUndefined();
    expect(room.after(place('5:1').reach)).toBeUndefined();
    expect(texts((room.after(place('3:507').reach) ?? []).map(({ message }) => message))).toEqual(['508', '509']);
  });

  it('is read backwards page by page', () => {
    const { rooms, say } = remember();
    for (const text of ['a', 'b', 'c', 'd', 'e']) say('r', text);
    const room = rooms.view('r');
    const newest = room.newest(2);
    expect([texts(newest.messages), newest.older]).toEqual([['d', 'e'], true]);
    const middle = room.before(place(newest.messages[0]?.id ?? ''), 2);
    expect([texts(middle.messages), middle.older]).toEqual([['b', 'c'], true]);
    const first = room.before(place(middle.messages[0]?.id ?? ''), 2);
    expect([texts(first.messages), first.older]).toEqual([['a'], false]);
    expect(room.before(place(first.messages[0]?.id ?? ''), 2)).toEqual({ messages: [], older: false });
  });

  it('shows what was sent twice under one name once, and the same name of others as well', () => {
    const { rooms, say } = remember();
    const first = say('r', 'hello', { sendId: 'x' });
    expect(first?.sendId).toBe('x');
    expect(say('r', 'hello again', { sendId: 'x' })).toBeUndefined();
    rooms.add({ room: 'r', user: 'Ben', text: 'hi', sendId: 'x' }, { partition: 0, offset: 9 }, time);
    expect(texts(rooms.view('r').newest(9).messages)).toEqual(['hello', 'hi']);
    expect(rooms.view('r').find('Ann', 'x')?.message).toEqual(first);
    expect(formatId(rooms.reach('r'))).toBe('0:9');
  });

  it('names where it is in every partition where it has messages', () => {
    const { say } = remember();
    expect([say('r', 'a', { partition: 3 })?.id, say('r', 'b', { partition: 5 })?.id, say('q', 'c')?.id]).toEqual([
      '3:0',
      '5:1,3:0',
      '0:2',
    ]);
  });
});

describe('the rooms', () => {
  it('in which people talk stay, however many new ones come', () => {
    const { rooms, say } = remember({ maxRooms: 5 });
    for (const text of ['a', 'b', 'c']) say('seminar', text);
    for (let number = 0; number < 500; number += 1) say(`flood-${number}`, 'x');
    expect(texts(rooms.view('seminar').newest(9).messages)).toEqual(['a', 'b', 'c']);
    expect(rooms.list()).toHaveLength(5);
  });

  it('in which somebody is stay, even with a single message', () => {
    const { rooms, say } = remember({ maxRooms: 5, isInUse: (room) => room === 'new' });
    for (let number = 0; number < 5; number += 1) for (const text of ['a', 'b']) say(`old-${number}`, text);
    say('new', 'hello');
    for (let number = 0; number < 500; number += 1) say(`flood-${number}`, 'x');
    expect(texts(rooms.view('new').newest(9).messages)).toEqual(['hello']);
  });

  it('can be made anew where all others are older and larger', () => {
    const { rooms, say } = remember({ maxRooms: 2 });
    for (const room of ['one', 'two']) for (const text of ['a', 'b']) say(room, text);
    say('three', 'c');
    expect(rooms.list().map(({ name }) => name)).toEqual(['two', 'three']);
  });

  it('share the memory: the largest ones lose their oldest messages, small ones nothing', () => {
    const { rooms, say } = remember({ maxCharacters: 10_000 });
    for (const text of ['a', 'b', 'c']) say('seminar', text);
    for (let number = 0; number < 200; number += 1) {
      for (const room of ['flood-1', 'flood-2', 'flood-3']) say(room, 'x'.repeat(500));
    }
    expect(texts(rooms.view('seminar').newest(9).messages)).toEqual(['a', 'b', 'c']);
    const kept = ['flood-1', 'flood-2', 'flood-3'].map((room) => rooms.view(room).newest(500));
    for (const { messages } of kept) expect(messages.length).toBeGreaterThan(4);
    expect(kept.flatMap(({ messages }) => messages)).toHaveLength(19);
    expect(rooms.view('flood-1').after(place('start').reach)).toBeUndefined();
  });

  it('are no more than fit; of those with the fewest messages, the one that nobody used for longest goes, and later ids say so', () => {
    const { rooms, say } = remember({ maxRooms: 2 });
    say('one', 'a');
    say('two', 'b');
    rooms.get('one');
    say('three', 'c');
    expect(rooms.list().map(({ name }) => name)).toEqual(['one', 'three']);
    expect(rooms.view('two').newest(9)).toEqual({ messages: [], older: false });
    // Whoever had read nothing of it may have missed something.
    expect(rooms.view('two').after(place('start').reach)).toBeUndefined();
    expect(rooms.view('two').after(rooms.reach('two'))).toEqual([]);
    expect(say('two', 'd')?.id).toBe('0:3');
    expect(texts(rooms.view('two').newest(9).messages)).toEqual(['d']);
    expect(
      rooms
        .view('two')
        .after(place('0:1').reach)
        ?.map(({ message }) => message.text),
    ).toEqual(['d']);
  });

  it('hold no more text than fits', () => {
    const { rooms, say } = remember({ maxCharacters: 1_000 });
    for (let index = 0; index < 50; index++) say(`room-${index}`, 'x'.repeat(100));
    expect(rooms.list()).toHaveLength(10);
  });

  it('know that what the topic no longer holds cannot be told', () => {
    const { rooms } = remember();
    rooms.startAfter({ partition: 2, offset: 99 });
    expect(rooms.view('r').after(place('2:50').reach)).toBeUndefined();
    expect(rooms.view('r').after(place('2:99').reach)).toEqual([]);
  });
});
