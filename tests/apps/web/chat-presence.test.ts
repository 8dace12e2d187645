/** Who is in a room: over all tabs and all processes, and not longer than that is so. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence, SILENT_MS, TYPING_MS } from '../../../apps/web/src/chat/presence.ts';

const names = (presence: Presence, room = 'lobby') =>
  presence.people(room).map(({ user, typing }) => (typing ? `${user}...` : user));

describe('presence', () => {
  it('takes two tabs for one person, who is there until the last one closes', () => {
    const presence = new Presence('p');
    const [first, second] = [presence.enter('lobby', 'Ann'), presence.enter('lobby', 'Ann')];
    expect(names(presence)).toEqual(['Ann']);
    first();
    expect(names(presence)).toEqual(['Ann']);
    second();
    expect(names(presence)).toEqual([]);
    expect(presence.rooms('all').size).toBe(0);
  });

  it('has no room for somebody who only writes: anyone may say so of any room', () => {
    const [one, other] = [new Presence('one'), new Presence('other')];
    one.type('made-up', 'Ann', 0);
    other.hear('made-up', one.statement('made-up'), 0);
    expect([one.rooms('all'), other.rooms('all')]).toEqual([new Set(), new Set()]);
    expect(one.rooms('ours')).toEqual(new Set(['made-up']));
    one.enter('made-up', 'Ben');
    other.hear('made-up', one.statement('made-up'), 0);
    expect([one.rooms('all'), other.rooms('all')]).toEqual([new Set(['made-up']), new Set(['made-up'])]);
  });

  it('joins what all processes tell, by name, and forgets one that says nothing any more', () => {
    const [one, other] = [new Presence('one'), new Presence('other')];
    one.enter('lobby', 'carla');
    other.enter('lobby', 'Ben');
    other.enter('lobby', 'carla');
    one.hear('lobby', other.statement('lobby'), 1_000);
    one.hear('lobby', one.statement('lobby'), 1_000);
    expect(names(one)).toEqual(['Ben', 'carla']);
    expect(one.expire(1_000 + SILENT_MS - 1)).toEqual(new Set());
    expect(one.expire(1_000 + SILENT_MS)).toEqual(new Set(['lobby']));
    expect(names(one)).toEqual(['carla']);
  });

  it('shows who is writing for five seconds, or until they have said it', () => {
    const [one, other] = [new Presence('one'), new Presence('other')];
    one.enter('lobby', 'Ann');
    expect(one.type('lobby', 'Ann', 0)).toBe(true);
    expect(one.type('lobby', 'Ann', 3_000)).toBe(false);
    other.hear('lobby', one.statement('lobby'), 0);
    expect([names(one), names(other)]).toEqual([['Ann...'], ['Ann...']]);
    one.expire(3_000 + TYPING_MS - 1);
    expect(names(one)).toEqual(['Ann...']);
    expect(one.expire(3_000 + TYPING_MS)).toEqual(new Set(['lobby']));
    expect(names(one)).toEqual(['Ann']);
    expect(other.stopTyping('lobby', 'Ann')).toBe(true);
    expect(names(other)).toEqual(['Ann']);
    expect(other.stopTyping('lobby', 'Ann')).toBe(false);
  });

  it('shows nobody as there who only writes', () => {
    const presence = new Presence('p');
    presence.type('lobby', 'Ghost', 0);
    expect(names(presence)).toEqual([]);
    presence.expire(TYPING_MS);
    expect(presence.rooms('ours').size).toBe(0);
  });

  it('is the same at all processes once all have told', () => {
    const step = fc.record({
      process: fc.nat(2),
      user: fc.constantFrom('Ann', 'Ben', 'Carla'),
      kind: fc.constantFrom('enter', 'leave', 'type', 'say'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const processes = [0, 1, 2].map((index) => new Presence(`${index}`));
        const open: { process: number; user: string; leave: () => void }[] = [];
        for (const { process, user, kind } of steps) {
          const presence = processes[process];
          if (presence === undefined) continue;
          if (kind === 'enter') open.push({ process, user, leave: presence.enter('r', user) });
          if (kind === 'type') presence.type('r', user, 0);
          if (kind === 'say') for (const each of processes) each.stopTyping('r', user);
          const index = open.findIndex((each) => each.process === process && each.user === user);
          if (kind === 'leave' && index >= 0) open.splice(index, 1)[0]?.leave();
          for (const each of processes) each.hear('r', presence.statement('r'), 0);
        }
        const there = [...new Set(open.map(({ user }) => user))].sort();
        for (const presence of processes) {
          expect(presence.people('r')).toEqual(processes[0]?.people('r'));
          expect(presence.people('r').map(({ user }) => user)).toEqual(there);
        }
      }),
    );
  });
});
