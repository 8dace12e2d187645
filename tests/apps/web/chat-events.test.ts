/** The events of a room over real HTTP: soon, complete, to each process alike, and to nobody for ever. */
import { connect } from 'node:net';
import { CHAT_PRESENCE_TOPIC, CHAT_TOPIC } from '@cloud-lab/common/topics';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MessengerOptions } from '../../../apps/web/src/chat/messenger.ts';
import { handleErrors } from '../../../apps/web/src/plugins/errors.ts';
import { collectRoutes } from '../../../apps/web/src/plugins/route-table.ts';
import { type ChatEventsOptions, registerChatEvents } from '../../../apps/web/src/routes/chat-events.ts';
import { createMemoryChat, MemoryTopics } from '../../helpers/memory-chat.ts';
import { type EventStream, openStream } from './event-stream.ts';
import { openUpTo } from './helper.ts';

/** A web process: its chat, and the route alone. */
async function startProcess(
  topics: MemoryTopics,
  options: Partial<ChatEventsOptions> = {},
  bounds: Partial<MessengerOptions> = {},
) {
  const chat = createMemoryChat(topics, bounds);
  const app = Fastify({ forceCloseConnections: true });
  handleErrors(app, collectRoutes(app));
  const closing = new AbortController();
  await registerChatEvents(app, { chat, clients: openUpTo(100), closing: closing.signal, ...options });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = async (): Promise<void> => {
    closing.abort();
    await app.close();
    await chat.stop();
  };
  onTestFinished(stop);
  return { chat, stop, url: (query = '', room = 'lobby') => `${origin}/api/v1/chat/rooms/${room}/events${query}` };
}

const say = (topics: MemoryTopics, text: string, room = 'lobby', partition?: number): void =>
  topics.append(CHAT_TOPIC, { key: room, value: `[Ann]: ${text}` }, partition === undefined ? {} : { partition });

const texts = ({ events }: EventStream): string[] =>
  events.filter(({ event }) => event === 'message').map(({ data }) => (data as { text: string }).text);
const lastId = ({ events }: EventStream): string => events.findLast(({ id }) => id !== undefined)?.id ?? '';
const people = ({ events }: EventStream): string[] => {
  const last = events.findLast(({ event }) => event === 'people')?.data as
    | { people: { user: string; typing: boolean }[] }
    | undefined;
  return (last?.people ?? []).map(({ user, typing }) => (typing ? `${user}...` : user));
};

describe('the events of a room', () => {
  it('begin with who is there and where that is, and go on with what comes from now on', async () => {
    const topics = new MemoryTopics();
    say(topics, 'before');
    const { url } = await startProcess(topics);
    const stream = await openStream(url('?user=Ann'));
    await stream.until(() => stream.events.length === 1);
    const place = topics.partitionOf(CHAT_TOPIC, 'lobby');
    expect(stream.events[0]).toEqual({
      event: 'people',
      id: `${place}:0`,
      data: { people: [{ user: 'Ann', typing: false }] },
    });
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    say(topics, 'one <b>\ntwo');
    say(topics, 'elsewhere', 'other');
    say(topics, 'three');
    await stream.until(() => texts(stream).length === 2);
    expect(texts(stream)).toEqual(['one <b>\ntwo', 'three']);
    expect(stream.events[1]).toMatchObject({ id: `${place}:1`, data: { id: `${place}:1` } });
    expect(lastId(stream)).toBe(`${place}:2`);
    stream.leave();
  });

  it('go on at another process where they were cut, by Last-Event-ID before the address', async () => {
    const topics = new MemoryTopics();
    const [one, other] = [await startProcess(topics), await startProcess(topics)];
    const first = await openStream(one.url('?after=start'));
    say(topics, 'a');
    say(topics, 'b');
    await first.until(() => texts(first).length === 2);
    await one.stop();
    await first.until(() => first.closed);
    say(topics, 'c');
    const second = await openStream(other.url('?after=start'), { 'last-event-id': lastId(first) });
    say(topics, 'd');
    await second.until(() => texts(second).length === 2);
    expect(texts(second)).toEqual(['c', 'd']);
    second.leave();
  });

  it('that were cut before anything was said go on from there', async () => {
    const topics = new MemoryTopics();
    const { url } = await startProcess(topics);
    const first = await openStream(url());
    await first.until(() => first.events.length === 1);
    expect(lastId(first)).toBe('start');
    first.leave();
    say(topics, 'meanwhile');
    const second = await openStream(url(), { 'last-event-id': lastId(first) });
    await second.until(() => texts(second).length === 1);
    second.leave();
  });

  it('tell of a gap where what came meanwhile is not remembered, and go on', async () => {
    const topics = new MemoryTopics();
    for (let n = 0; n < 510; n++) say(topics, `${n}`);
    const { url } = await startProcess(topics);
    const place = topics.partitionOf(CHAT_TOPIC, 'lobby');
    const stream = await openStream(url(`?after=${place}:3`));
    await stream.until(() => stream.events.length === 2);
    expect(stream.events[0]).toEqual({ event: 'gap', id: `${place}:509`, data: null });
    say(topics, 'new');
    await stream.until(() => texts(stream).length === 1);
    expect(texts(stream)).toEqual(['new']);
    stream.leave();
  });

  it('tell of a gap when the topic was made anew, to those who listen and to those who come back', async () => {
    const topics = new MemoryTopics();
    for (const text of ['a', 'b', 'c']) say(topics, text);
    const { url, chat } = await startProcess(topics, {}, { aheadMs: 50 });
    const stream = await openStream(url('?after=start'));
    await stream.until(() => texts(stream).length === 3);
    const old = lastId(stream);
    topics.renew();
    say(topics, 'first of the new one');
    await stream.until(() => texts(stream).length === 4);
    expect(stream.names().filter((name) => name !== 'people')).toEqual([
      'message',
      'message',
      'message',
      'gap',
      'message',
    ]);
    expect((await chat.room('lobby', 9)).messages.map(({ text }) => text)).toEqual(['first of the new one']);
    const other = await openStream(url(), { 'last-event-id': old });
    await other.until(() => other.events.length >= 1);
    expect(other.names()[0]).toBe('gap');
    stream.leave();
    other.leave();
  });

  it('wait for a process that has read less than the client, instead of telling anything twice', async () => {
    const topics = new MemoryTopics();
    const [one, other] = [await startProcess(topics), await startProcess(topics)];
    await other.chat.rooms();
    const goOn = topics.holdReading();
    say(topics, 'a');
    goOn();
    const first = await openStream(one.url('?after=start'));
    await first.until(() => texts(first).length === 1);
    const second = await openStream(other.url(), { 'last-event-id': lastId(first) });
    say(topics, 'b');
    await second.until(() => texts(second).length === 1);
    expect(texts(second)).toEqual(['b']);
    first.leave();
    second.leave();
  });

  it.each([
    ['of all', openUpTo(2), 503, 'The lab has 2 streams open. Try again in 5 s.'],
    ['of one address', openUpTo(9, 2), 429, 'Your address has 2 streams open. Try again in 5 s.'],
  ])('are refused in words beyond the limit %s, until somebody leaves', async (_whose, clients, status, words) => {
    const { url } = await startProcess(new MemoryTopics(), { clients });
    const streams = [await openStream(url()), await openStream(url())];
    const refused = await fetch(url());
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([status, '5']);
    expect(await refused.json()).toEqual({ status: 'error', text: words });
    streams[0]?.leave();
    await vi.waitFor(async () => {
      const stream = await openStream(url());
      stream.leave();
      expect(stream.response.status).toBe(200);
    });
    streams[1]?.leave();
  });

  it('hear a sign of life while nothing happens', async () => {
    const { url } = await startProcess(new MemoryTopics(), { heartbeatMs: 30 });
    const stream = await openStream(url());
    await stream.until(() => stream.comments.length >= 2);
    stream.leave();
  });

  it('end for a client that reads nothing of them, and so nobody is shown who is gone', async () => {
    const topics = new MemoryTopics();
    const { url, chat } = await startProcess(topics, { slowMs: 200 });
    const { hostname, port, pathname } = new URL(url());
    const socket = connect(Number(port), hostname).pause();
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${pathname}?user=Slow HTTP/1.1\r\nHost: x\r\n\r\n`);
    const there = async () => (await chat.room('lobby', 1)).people.map(({ user }) => user);
    await vi.waitFor(async () => expect(await there()).toEqual(['Slow']));
    for (let n = 0; n < 4_000; n++) say(topics, 'x'.repeat(2_000));
    await vi.waitFor(async () => expect(await there()).toEqual([]), { timeout: 5_000 });
  });
});

describe('who is there', () => {
  it('is known to all processes, soon after somebody comes, writes or leaves', async () => {
    const topics = new MemoryTopics();
    const [one, other] = [await startProcess(topics), await startProcess(topics)];
    const watcher = await openStream(other.url());
    await watcher.until(() => watcher.events.length === 1);
    const ann = await openStream(one.url('?user=Ann'));
    const tab = await openStream(one.url('?user=Ann'));
    const ben = await openStream(other.url('?user=Ben'));
    for (const stream of [watcher, ann, ben]) await stream.until(() => people(stream).join() === 'Ann,Ben');
    one.chat.type('lobby', 'Ann');
    for (const stream of [watcher, ann, ben]) await stream.until(() => people(stream).join() === 'Ann...,Ben');
    say(topics, 'said');
    await watcher.until(() => people(watcher).join() === 'Ann,Ben');
    tab.leave();
    ben.leave();
    await watcher.until(() => people(watcher).join() === 'Ann');
    ann.leave();
    await watcher.until(() => people(watcher).join() === '');
    watcher.leave();
  });

  it('does not name those of a process that has stopped', async () => {
    const topics = new MemoryTopics();
    const [one, other] = [await startProcess(topics), await startProcess(topics)];
    const watcher = await openStream(other.url());
    await one.chat.listen('lobby', { user: 'Ann', after: undefined, onEvent: () => undefined });
    await watcher.until(() => people(watcher).join() === 'Ann');
    await one.chat.stop();
    await watcher.until(() => people(watcher).join() === '');
    watcher.leave();
  });

  it('believes nothing that is no statement, and nothing that was said long ago', async () => {
    const topics = new MemoryTopics();
    const statement = (user: string) => JSON.stringify({ process: `of ${user}`, people: [user], typing: [] });
    const longAgo = { time: new Date(Date.now() - 60_000) };
    topics.append(CHAT_PRESENCE_TOPIC, { key: 'lobby', value: statement('Old') }, longAgo);
    const { chat, url } = await startProcess(topics);
    const stream = await openStream(url());
    for (const value of ['', '{', '[]', '{"process":1}', statement('[x]')]) {
      topics.append(CHAT_PRESENCE_TOPIC, { key: 'lobby', value });
    }
    topics.append(CHAT_PRESENCE_TOPIC, { key: 'No Room', value: statement('Ann') });
    topics.append(CHAT_PRESENCE_TOPIC, { key: 'lobby', value: statement('Zoë') });
    await stream.until(() => people(stream).join() === 'Zoë');
    expect((await chat.rooms()).map(({ room }) => room)).toEqual(['lobby']);
    stream.leave();
  });
});
