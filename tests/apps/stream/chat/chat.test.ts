/** The chat in a terminal: nothing is lost, nothing is said or shown twice, and no text drives the terminal. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessage } from '../../../../apps/common/src/chat.ts';
import { ChatApi } from '../../../../apps/stream/src/chat/chat-api.ts';
import { Outbox } from '../../../../apps/stream/src/chat/outbox.ts';
import { RoomFeed } from '../../../../apps/stream/src/chat/room-feed.ts';
import {
  describeChanges,
  describeMessage,
  describeTyping,
  harmless,
} from '../../../../apps/stream/src/chat/show-chat.ts';
import { type ChatStandIn, startChat } from './chat-stand-in.ts';

let chat: ChatStandIn;
let api: ChatApi;
beforeEach(async () => {
  chat = await startChat();
  api = new ChatApi(chat.url, 'ann');
});
afterEach(() => chat.stop());

describe('Outbox', () => {
  const start = () => {
    const [kept, refused]: string[][] = [[], []];
    const outbox = new Outbox({
      api,
      pauseMs: 5,
      onKept: (text) => kept?.push(text),
      onRefused: (text, reason) => refused?.push(`${text}: ${reason}`),
    });
    return { outbox, kept, refused };
  };
  const texts = () => chat.messages.map(({ text }) => text);

  it('says each line once and in order, though answers get lost', async () => {
    chat.failures.posts.push({ status: 503 }, { status: 503, afterTaking: true }, { status: 500, afterTaking: true });
    const { outbox, kept } = start();
    for (const text of ['one', 'two', 'three']) outbox.add('lobby', text);
    await outbox.flush(5_000);
    expect(texts()).toEqual(['one', 'two', 'three']);
    expect(kept).toEqual(['one']);
    expect(outbox.waiting).toEqual([]);
  });

  it('waits as long as it is asked to', async () => {
    chat.failures.posts.push({ status: 429, headers: { 'retry-after': '0.3' } });
    const { outbox } = start();
    const begun = performance.now();
    outbox.add('lobby', 'one');
    await outbox.flush(5_000);
    expect(performance.now() - begun).toBeGreaterThan(295);
    expect(texts()).toEqual(['one']);
  });

  it('says what is refused, and goes on with the next', async () => {
    chat.failures.posts.push({ status: 400 });
    const { outbox, refused } = start();
    outbox.add('lobby', 'bad');
    outbox.add('lobby', 'good');
    await outbox.flush(5_000);
    expect(refused).toEqual(['bad: No: 400.']);
    expect(texts()).toEqual(['good']);
  });

  it('knows what it could not send', async () => {
    chat.failures.away = true;
    const { outbox } = start();
    outbox.add('lobby', 'one');
    await outbox.flush(50);
    expect(outbox.waiting).toEqual(['one']);
  });
});

describe('RoomFeed', () => {
  const open = async () => {
    const shown: ChatMessage[] = [];
    const events: string[] = [];
    const feed = new RoomFeed(api, 'lobby', {
      pauseMs: 20,
      onMessage: (message) => shown.push(message),
      onPeople: (people) => events.push(`people ${people.map(({ user }) => user).join(',')}`),
      onAway: () => events.push('away'),
      onBack: () => events.push('back'),
      onFailure: (error) => events.push(error.message),
    });
    await feed.open();
    return { feed, events, texts: () => shown.map(({ text }) => text) };
  };

  it('shows what is there and what comes, through streams that end', async () => {
    chat.say('bob', 'before');
    const { feed, events, texts } = await open();
    expect(texts()).toEqual(['before']);
    await vi.waitFor(() => {
      expect(chat.followers).toBe(1);
    });
    chat.say('bob', 'now');
    await vi.waitFor(() => expect(texts()).toContain('now'));
    chat.drop();
    chat.say('bob', 'between');
    await vi.waitFor(() => expect(texts()).toEqual(['before', 'now', 'between']), { timeout: 3_000 });
    expect(events.filter((event) => event === 'away')).toHaveLength(1);
    await vi.waitFor(() => expect(events.at(-1)).toBe('back'));
    feed.close();
  });

  it('comes back after the chat was away altogether, with all that was said, and says so once', async () => {
    const { feed, events, texts } = await open();
    chat.failures.away = true;
    chat.drop();
    await vi.waitFor(() => expect(events).toContain('away'), { timeout: 3_000 });
    chat.say('bob', 'meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 100));
    chat.failures.away = false;
    await vi.waitFor(() => expect(events).toContain('back'), { timeout: 3_000 });
    await vi.waitFor(() => expect(texts()).toEqual(['meanwhile']));
    expect(events.filter((event) => event === 'away')).toHaveLength(1);
    feed.close();
  });

  it('loads the room again when too much was missed', async () => {
    const { feed, texts } = await open();
    await vi.waitFor(() => {
      chat.messages.push({ id: String(chat.messages.length + 1), room: 'lobby', user: 'bob', text: 'x', time: '' });
      chat.tellGap();
      expect(texts()).toContain('x');
    });
    expect(new Set(texts()).size).toBe(1);
    feed.close();
  });

  it('tells who is there', async () => {
    const { feed, events } = await open();
    await vi.waitFor(() => {
      chat.setPeople([{ user: 'bob', typing: false }]);
      expect(events).toContain('people bob');
    });
    feed.close();
  });

  it('gives up where no chat is', async () => {
    api = new ChatApi(chat.url.replace('/api/v1', '/nothing'), 'ann');
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 200 }));
    const { events } = await open();
    vi.unstubAllGlobals();
    expect(events[0]).toContain('is no chat of a lab');
  });
});

describe('what is shown', () => {
  const message: ChatMessage = { id: '1', room: 'lobby', user: 'ann', text: 'hi', time: '2026-01-02T03:04:05Z' };
  it('is time, name and text', () => {
    expect(describeMessage(message, false)).toMatch(/^\d\d:04 ann: hi$/);
    expect(describeMessage({ ...message, user: '', time: 'x' }, false)).toBe('--:-- hi');
  });
  it('never drives the terminal', () => {
    expect(harmless('a\x1b[2Jb\u009b1mc\n\rd\u202Ee')).toBe('a [2Jb 1mc de');
  });
  it('says who came, who left and who is writing', () => {
    const person = (user: string, typing = false) => ({ user, typing });
    expect(describeChanges([person('a'), person('b')], [person('b'), person('c')])).toEqual(['* c came', '* a left']);
    expect(describeTyping([person('a', true), person('b'), person('me', true)], 'me')).toBe('(a writing…) ');
    expect(describeTyping([person('me', true)], 'me')).toBe('');
  });
});
