/** The chat's part of the API: what is said, by whom, and what is refused in which words. */
import { CHAT_TOPIC } from '@cloud-lab/common/topics';
import { describe, expect, it, vi } from 'vitest';
import { MemoryTopics } from '../../helpers/memory-chat.ts';
import { chatApp, say } from './chat-app.ts';

const LOBBY = '/api/v1/chat/rooms/lobby';

describe('saying something', () => {
  it('answers with the message as everybody has it', async () => {
    const { app, topics } = await chatApp();
    const answer = await say(app, { user: 'Ann', text: '  <b>Hello</b>\r\n**all** ', sendId: 'x-1' });
    expect(answer.statusCode).toBe(201);
    const message = answer.json();
    const partition = topics.partitionOf(CHAT_TOPIC, 'lobby');
    expect(message).toEqual({
      id: `${partition}:0`,
      room: 'lobby',
      user: 'Ann',
      text: '<b>Hello</b>\n**all**',
      time: message.time,
      sendId: 'x-1',
    });
    expect(Date.parse(message.time)).toBeCloseTo(Date.now(), -4);
    const room = (await app.inject(LOBBY)).json();
    expect(room).toEqual({ room: 'lobby', people: [], messages: [message], older: false, at: message.id });
  });

  it('again under the same name answers 200 with the message that is there, also while it is under way', async () => {
    const { app } = await chatApp();
    const body = { user: 'Ann', text: 'once', sendId: 'same' };
    const both = await Promise.all([say(app, body), say(app, body)]);
    const again = await say(app, { ...body, text: 'twice' });
    expect([...both, again].map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 200, 201]);
    expect(new Set([...both, again].map(({ body }) => body)).size).toBe(1);
    expect((await app.inject(LOBBY)).json().messages).toHaveLength(1);
  });

  it('is heard by another process, and in no other room', async () => {
    const { app, topics } = await chatApp();
    const { app: other } = await chatApp(topics);
    const message = (await say(app, { user: 'Ann', text: 'hi' }, 'team-1')).json();
    await vi.waitFor(async () =>
      expect((await other.inject('/api/v1/chat/rooms/team-1')).json().messages).toEqual([message]),
    );
    expect((await other.inject(LOBBY)).json().messages).toEqual([]);
  });

  it.each([
    [{ text: 'x' }, '`user` is missing: send it as a field of the JSON body.'],
    [{ user: 'Ann' }, '`text` is missing: send it as a field of the JSON body.'],
    [{ user: '', text: 'x' }, '`user` must be a name of 1 to 32 characters'],
    [{ user: ' Ann', text: 'x' }, '`user` must be a name of 1 to 32 characters'],
    [{ user: '[Ann]', text: 'x' }, '`user` must be a name of 1 to 32 characters'],
    [{ user: 'A\nB', text: 'x' }, '`user` must be a name of 1 to 32 characters'],
    [{ user: 'x'.repeat(33), text: 'x' }, '`user` must be a name of 1 to 32 characters'],
    [{ user: 7, text: 'x' }, '`user` must be text, not 7.'],
    [{ user: 'Ann', text: ' \n ' }, '`text` is empty'],
    [
      { user: 'Ann', text: 'x'.repeat(2_001) },
      '`text` has 2001 characters, and a message at most 2000. Make two of it.',
    ],
    [{ user: 'Ann', text: 'a\u001b[2J' }, '`text` holds a control character'],
    [{ user: 'Ann', text: 'x', sendId: 'a b' }, '`sendId` must be 1 to 64 letters, digits, - and _'],
    [{ user: 'Ann', text: 'x', time: 1 }, 'There is no field `time` here.'],
    [['x'], 'The body must be a JSON object'],
  ])('is refused in words: %j', async (body, words) => {
    const { app } = await chatApp();
    const answer = await say(app, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ status: 'error', text: expect.stringContaining(words) });
  });

  it.each(['Lobby', 'a_b', '-a', 'x'.repeat(41), '%0a'])('is refused in a room that cannot be: %s', async (room) => {
    const { app } = await chatApp();
    for (const answer of [
      await say(app, { user: 'Ann', text: 'x' }, room),
      await app.inject(`/api/v1/chat/rooms/${room}`),
      await app.inject(`/api/v1/chat/rooms/${room}/messages`),
      await app.inject(`/api/v1/chat/rooms/${room}/events`),
    ]) {
      expect(answer.statusCode).toBe(400);
      expect(answer.json().text).toContain('The name of a room is 1 to 40 small letters, digits and dashes');
    }
  });

  it('takes exactly as many characters as a message may have, however wide they are', async () => {
    const { app } = await chatApp();
    expect((await say(app, { user: 'Zoë 🚀', text: '🚀'.repeat(2_000) })).statusCode).toBe(201);
  });
});

describe('while Kafka is away', () => {
  it('saying something is refused soon and in words, and reading goes on', async () => {
    const { app, topics } = await chatApp();
    await say(app, { user: 'Ann', text: 'before' });
    topics.setAway(true);
    const answer = await say(app, { user: 'Ann', text: 'x', sendId: 'y' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.json().text).toContain('Kafka does not take messages right now.');
    expect((await app.inject(LOBBY)).json().messages).toHaveLength(1);
    topics.setAway(false);
    expect((await say(app, { user: 'Ann', text: 'x', sendId: 'y' })).statusCode).toBe(201);
  });

  it('a message that does not come back is told of, and sent again it is there once', async () => {
    const topics = new MemoryTopics();
    const { app } = await chatApp(topics, { limitMs: 150 });
    await app.inject(LOBBY);
    const goOn = topics.holdReading();
    const answer = await say(app, { user: 'Ann', text: 'x', sendId: 'y' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().text).toContain('The message was sent but has not come back from Kafka yet.');
    goOn();
    expect((await say(app, { user: 'Ann', text: 'x', sendId: 'y' })).json().text).toBe('x');
    expect((await app.inject(LOBBY)).json().messages).toHaveLength(1);
  });

  it('nothing is shown as empty that was not read yet', async () => {
    const topics = new MemoryTopics();
    topics.setAway(true);
    const { app } = await chatApp(topics, { limitMs: 100 });
    for (const url of [LOBBY, '/api/v1/chat/rooms', `${LOBBY}/messages`, `${LOBBY}/events`]) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
      expect(answer.json().text).toBe('The chat is being read, try again in a moment.');
    }
    const page = await app.inject('/chat');
    expect([page.statusCode, page.body.includes('The chat cannot be read right now.')]).toEqual([200, true]);
  });
});

describe('reading', () => {
  it('waits for the first reading of the topics', async () => {
    const topics = new MemoryTopics();
    topics.append(CHAT_TOPIC, { key: 'lobby', value: '[Ann]: first' });
    topics.setAway(true);
    const { app } = await chatApp(topics);
    const answer = app.inject(LOBBY);
    setTimeout(() => topics.setAway(false), 50);
    expect((await answer).json().messages).toMatchObject([{ user: 'Ann', text: 'first' }]);
  });

  it('goes back page by page to the first message that is remembered', async () => {
    const { app, topics } = await chatApp();
    for (let n = 0; n < 250; n++) topics.append(CHAT_TOPIC, { key: 'lobby', value: `[Ann]: ${n}` });
    await vi.waitFor(async () => expect((await app.inject(LOBBY)).json().messages.at(-1)?.text).toBe('249'));
    const newest = (await app.inject(LOBBY)).json();
    expect([newest.messages.length, newest.older]).toEqual([100, true]);
    const url = `${LOBBY}/messages?before=${newest.messages[0].id}&limit=`;
    const some = (await app.inject(`${url}20`)).json();
    expect([some.messages[0].text, some.messages[19].text, some.older]).toEqual(['130', '149', true]);
    const all = (await app.inject(`${url}200`)).json();
    expect([all.messages[0].text, all.messages.length, all.older]).toEqual(['0', 150, false]);
  });

  it.each([
    ['messages?before=x', '`before` must be the id of a message of this room, such as 3:120.'],
    ['messages?before=1:1&before=1:2', '`before` was given more than once.'],
    ['messages?limit=0', '`limit` must be a whole number from 1 to 200.'],
    ['messages?limit=201', '`limit` must be a whole number from 1 to 200.'],
    ['events?after=1:2,1:3', '`after` must be the id of a message of this room, such as 3:120.'],
    ['events?user=%5Bx', '`user` must be a name of 1 to 32 characters'],
  ])('is refused in words: %s', async (path, words) => {
    const { app } = await chatApp();
    const answer = await app.inject(`${LOBBY}/${path}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().text).toContain(words);
  });

  it('lists the rooms, the lobby first, then where something was said last', async () => {
    const { app, topics } = await chatApp();
    expect((await app.inject('/api/v1/chat/rooms')).json()).toEqual({
      rooms: [{ room: 'lobby', people: [], lastTime: null }],
    });
    const time = (second: number) => ({ time: new Date(Date.UTC(2026, 2, 1, 10, 0, second)) });
    topics.append(CHAT_TOPIC, { key: 'old', value: 'x' }, time(1));
    topics.append(CHAT_TOPIC, { key: 'new', value: 'x' }, time(2));
    topics.append(CHAT_TOPIC, { key: 'No Room', value: 'x' }, time(3));
    topics.append(CHAT_TOPIC, { value: 'no key' }, { ...time(3), partition: 0 });
    await vi.waitFor(async () => {
      const { rooms } = (await app.inject('/api/v1/chat/rooms')).json();
      expect(rooms.map(({ room }: { room: string }) => room)).toEqual(['lobby', 'new', 'old']);
      expect(rooms[1].lastTime).toBe('2026-03-01T10:00:02.000Z');
    });
  });

  it('is described for programs, with every address', async () => {
    const { app } = await chatApp();
    const { paths } = (await app.inject('/api/openapi.json')).json();
    expect(Object.keys(paths).filter((path) => path.includes('chat'))).toEqual([
      '/api/v1/chat/rooms',
      '/api/v1/chat/rooms/{room}',
      '/api/v1/chat/rooms/{room}/messages',
      '/api/v1/chat/rooms/{room}/typing',
      '/api/v1/chat/rooms/{room}/events',
    ]);
  });
});
