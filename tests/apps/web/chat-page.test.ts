/** What the page of the chat is made of: turns and days, addresses in texts, and what a reader has before them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begin, discard, fail, hear, prepend, rejoin, submit } from '../../../apps/web/browser/chat/conversation.ts';
import { groupMessages } from '../../../apps/web/src/pages/chat/group-messages.ts';
import { splitLinks } from '../../../apps/web/src/pages/chat/split-links.ts';
import { chatTimes } from '../../../apps/web/src/pages/chat/times.ts';
import { createMemoryChat } from '../../helpers/memory-chat.ts';
import { buildTestApp } from './helper.ts';

const times = chatTimes('UTC');
const message = (offset: number, more: { user?: string; time?: string; sendId?: string } = {}) => ({
  id: `0:${offset}`,
  room: 'r',
  user: 'Ann',
  text: `${offset}`,
  time: '2026-03-01T10:00:00.000Z',
  ...more,
});

describe('turns', () => {
  it('are of one person without a long pause, and no longer than a day', () => {
    const days = groupMessages(
      [
        message(0, { time: '2026-03-01T23:50:00Z' }),
        message(1, { time: '2026-03-01T23:54:59Z' }),
        message(2, { time: '2026-03-01T23:59:59Z' }),
        message(3, { time: '2026-03-02T00:00:01Z' }),
        message(4, { time: '2026-03-02T00:00:02Z', user: 'Ben' }),
        message(5, { time: '2026-03-02T00:00:03Z' }),
      ],
      times.dayOf,
    );
    expect(
      days.map(({ turns }) => turns.map(({ user, messages }) => [user, ...messages.map(({ text }) => text)])),
    ).toEqual([
      [
        ['Ann', '0', '1'],
        ['Ann', '2'],
      ],
      [
        ['Ann', '3'],
        ['Ben', '4'],
        ['Ann', '5'],
      ],
    ]);
  });

  it('name their days as people do', () => {
    const now = new Date('2026-03-01T00:30:00Z');
    expect(times.sayDay('2026-03-01T00:00:00Z', now)).toBe('Today');
    expect(times.sayDay('2026-02-28T23:59:00Z', now)).toBe('Yesterday');
    expect(times.sayDay('2026-02-27T23:59:00Z', now)).toMatch(/^Friday.* 27 February 2026$/);
  });
});

describe('addresses in a text', () => {
  it.each([
    ['see https://lab.example/a?b=1.', ['https://lab.example/a?b=1']],
    ['(http://lab.example/x_(y))', ['http://lab.example/x_(y)']],
    ['https://a.example, https://b.example!', ['https://a.example', 'https://b.example']],
    ['"https://a.example"><script>', ['https://a.example']],
    ['javascript:alert(1) ftp://x data:text/html,x //a.example www.a.example', []],
    ['https:// http://', []],
  ])('are those of the web: %s', (text, links) => {
    expect(splitLinks(text).flatMap(({ href }) => href ?? [])).toEqual(links);
  });

  it('leave the text as it was', () => {
    const piece = fc.constantFrom('https://a.example/x', ' ', '(', ')', '.', 'http://', '<b>', '\n', 'word', '🚀');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(
          splitLinks(pieces.join(''))
            .map(({ text }) => text)
            .join(''),
        ).toBe(pieces.join(''));
      }),
    );
  });
});

describe('what a reader has before them', () => {
  const draft = { sendId: 'x', user: 'Ann', text: 'hi', time: '2026-03-01T10:00:00.000Z' };

  it('is every message once, and a draft until it has come back', () => {
    const waiting = submit(begin({ messages: [message(0)], older: true }), draft);
    expect(waiting.drafts).toEqual([draft]);
    const failed = fail(waiting, 'x', 'Kafka is away.');
    expect(failed.drafts).toEqual([{ ...draft, problem: 'Kafka is away.' }]);
    expect(submit(failed, draft).drafts).toEqual([draft]);
    expect(discard(failed, 'x').drafts).toEqual([]);
    const there = hear(hear(failed, message(1, { sendId: 'x' })), message(1, { sendId: 'x' }));
    expect([there.drafts, there.messages.map(({ id }) => id)]).toEqual([[], ['0:0', '0:1']]);
  });

  it('knows a message again, however another process has read the other partitions', () => {
    const one = begin({ messages: [{ ...message(0), id: '0:0,3:7' }], older: false });
    expect(hear(one, message(0)).messages).toHaveLength(1);
    // After the topic was made anew the same place is another message.
    expect(hear(one, message(0, { time: '2026-03-01T11:00:00.000Z' })).messages).toHaveLength(2);
  });

  it('goes on where a room that was loaded again meets it, and begins anew where it does not', () => {
    const old = submit(begin({ messages: [message(0), message(1)], older: false }), draft);
    const ids = (conversation: typeof old) => conversation.messages.map(({ id }) => id);
    expect(ids(rejoin(old, { messages: [message(1), message(2)], older: true }))).toEqual(['0:0', '0:1', '0:2']);
    const anew = rejoin(old, { messages: [message(8), message(9)], older: true });
    expect([ids(anew), anew.older, anew.drafts]).toEqual([['0:8', '0:9'], true, [draft]]);
    expect(ids(prepend(anew, { messages: [message(7), message(8)], older: false }))).toEqual(['0:7', '0:8', '0:9']);
  });
});

describe('the address of the page', () => {
  it('is the lobby, a room, or the room that somebody typed', async () => {
    const chat = createMemoryChat();
    const { app } = await buildTestApp({ chat });
    expect((await app.inject('/chat')).body).toContain('<title>lobby – Chat – Cloud Lab</title>');
    expect((await app.inject('/chat/team-1')).body).toContain('<h1 id="room-title">team-1</h1>');
    const typed = await app.inject('/chat?room=%20Our%20Team_7');
    expect([typed.statusCode, typed.headers.location]).toEqual([303, '/chat/our-team-7']);
    for (const url of ['/chat/Team', '/chat/%3Cb%3E', '/chat?room=%2F%2Fevil.example', '/chat?room=']) {
      const refused = await app.inject(url);
      expect([url, refused.statusCode]).toEqual([url, 400]);
      expect(refused.body).toContain('The name of a room is');
    }
    await chat.stop();
  });
});
