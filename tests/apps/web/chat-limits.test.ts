/** What one address, or one name there, may say in the chat: others are heard all the same. */
import { CHAT_TOPIC } from '@cloud-lab/common/topics';
import { describe, expect, it } from 'vitest';
import { REQUEST_LIMITS, sizeOf } from '../../../apps/web/src/limits/table.ts';
import { MemoryTopics } from '../../helpers/memory-chat.ts';
import { chatApp, say } from './chat-app.ts';

const LOBBY = '/api/v1/chat/rooms/lobby';

describe('saying something', () => {
  it('is limited for one name at one address, and not for the others there', async () => {
    const { app } = await chatApp();
    const answers = await Promise.all(Array.from({ length: 21 }, (_, n) => say(app, { user: 'Ann', text: `${n}` })));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(20);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(refused?.json().text).toMatch(/^Rate limit exceeded\. Try again in \d+ s\.$/);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await say(app, { user: 'Ben', text: 'x' })).statusCode).toBe(201);
    expect((await say(app, { user: 'Ann', text: 'x' }, 'lobby', '10.0.0.2')).statusCode).toBe(201);
  });

  it('is limited for one address, whatever the names', async () => {
    const { app } = await chatApp();
    const type = (user: string, remoteAddress = '10.0.0.1') =>
      app.inject({ method: 'POST', url: `${LOBBY}/typing`, payload: { user }, remoteAddress });
    const most = sizeOf(REQUEST_LIMITS.chatWrite, 50);
    for (let n = 0; n < most; n++) expect((await type(`user-${n}`)).statusCode).toBe(204);
    const refused = await say(app, { user: 'Ann', text: 'x' });
    expect(refused.statusCode).toBe(429);
    expect(refused.json().text).toMatch(/^Rate limit exceeded\. Try again in \d+ s\.$/);
    expect((await type('Ann', '10.0.0.2')).statusCode).toBe(204);
  });
});

describe('what one address may say', () => {
  const limits = { clientsPerAddress: 1 };

  it('in new rooms is limited for a day, and not in rooms that are there', async () => {
    const { app, topics } = await chatApp(new MemoryTopics(), {}, limits);
    topics.append(CHAT_TOPIC, { key: 'seminar', value: '[Ben]: hello' });
    const most = sizeOf(REQUEST_LIMITS.chatRooms, 1);
    for (let n = 0; n < most; n++)
      expect((await say(app, { user: `u${n}`, text: 'x' }, `room-${n}`)).statusCode).toBe(201);
    const refused = await say(app, { user: 'Ann', text: 'x' }, 'one-more');
    expect([refused.statusCode, refused.json().text]).toEqual([429, 'Rate limit exceeded. Try again in 24 h.']);
    for (const room of ['lobby', 'seminar', 'room-0']) {
      expect((await say(app, { user: 'Ann', text: 'x' }, room)).statusCode).toBe(201);
    }
    expect((await say(app, { user: 'Ann', text: 'x' }, 'one-more', '10.0.0.2')).statusCode).toBe(201);
  });

  it('is limited by its size on the topic for an hour, and others are heard', async () => {
    const { app } = await chatApp(new MemoryTopics(), {}, limits);
    const large = '🚀'.repeat(2_000);
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push(await say(app, { user: `u${n}`, text: large }));
    const taken = answers.filter(({ statusCode }) => statusCode === 201).length;
    // 8,000 bytes and what comes with them.
    expect(taken).toBe(Math.floor(sizeOf(REQUEST_LIMITS.chatKibibytes, 1) / 9));
    expect(answers.at(-1)?.json().text).toBe('Rate limit exceeded. Try again in 60 min.');
    expect((await say(app, { user: 'Ben', text: large }, 'lobby', '10.0.0.2')).statusCode).toBe(201);
  });
});
