/** The API of the stream, on Kafka in memory. */
import { describe, expect, it, vi } from 'vitest';
import { StreamSnapshot } from '../../../../apps/web/src/schemas/stream.ts';
import { openStream } from '../event-stream.ts';
import { message, start } from './start-stream.ts';

describe('GET /api/v1/stream', () => {
  it('shows topics, groups and brokers', async () => {
    const { app, post } = await start();
    await post('messages', message);
    await post('consumers', { perSecond: 1 });
    const shown = (await app.inject('/api/v1/stream')).json();
    expect(shown).toMatchObject({
      problem: null,
      brokers: [{ address: 'kafka-1:9092' }],
      moreGroups: 0,
      sending: null,
    });
    expect(shown.topics.map(({ topic }: { topic: string }) => topic)).toContain('playground');
    expect(shown.groups).toMatchObject([{ group: 'playground', state: 'stable', lag: 3 }]);
    expect(shown.consumers).toMatchObject([{ id: 'consumer-1', perSecond: 1, state: 'running', noticedAt: null }]);
  });

  it('says that Kafka is away, and what was known', async () => {
    const { app, kafka } = await start();
    await app.inject('/api/v1/stream');
    kafka.isAway = true;
    await vi.waitFor(async () => {
      const shown = (await app.inject('/api/v1/stream')).json();
      expect(shown.problem).toContain('Kafka does not answer.');
      expect(shown.topics).not.toEqual([]);
    });
  });
});

describe('the messages of a topic', () => {
  it('are the newest of each partition, newest first', async () => {
    const { app, post } = await start();
    await post('messages', { text: 'n', count: 10, perSecond: 100, spread: 'round-robin' });
    const { messages } = (await app.inject('/api/v1/stream/topics/playground/messages?limit=1')).json();
    expect(messages.map(({ value }: { value: string }) => value).sort()).toEqual(['n 10', 'n 7', 'n 8', 'n 9']);
    expect(messages[0]).toMatchObject({ key: null, bytes: expect.any(Number), time: expect.stringMatching(/Z$/) });
  });

  it('are shown whole one by one', async () => {
    const { app, post } = await start();
    await post('messages', { ...message, count: 1, text: 'x'.repeat(900) });
    const { messages } = (await app.inject('/api/v1/stream/topics/playground/messages')).json();
    const [{ partition, offset, value }] = messages;
    expect(value).toHaveLength(200);
    const whole = (await app.inject(`/api/v1/stream/topics/playground/messages/${partition}/${offset}`)).json();
    expect(whole).toMatchObject({ value: 'x'.repeat(900), bytes: 900 });
    expect('whole' in whole).toBe(false);
  });

  it.each([
    ['topics/nothing/messages', 404, 'The lab has no topic of this name.'],
    ['topics/nothing/events', 404, 'The lab has no topic of this name.'],
    ['topics/playground/messages?limit=0', 400, '`limit` must be a whole number from 1 to 50.'],
    ['topics/playground/messages?limit=51', 400, '`limit` must be'],
    ['topics/playground/messages/0/99', 404, 'Only the newest messages'],
    ['topics/playground/messages/x/0', 400, '`partition` must be a whole number'],
  ])('refuses %s with %i in words', async (path, status, text) => {
    const { app } = await start();
    const answer = await app.inject(`/api/v1/stream/${path}`);
    expect([answer.statusCode, answer.json().text]).toEqual([status, expect.stringContaining(text)]);
  });

  it('are unavailable, in words, where Kafka was never there', async () => {
    const { app, kafka } = await start();
    kafka.isAway = true;
    for (const path of ['topics/playground/messages', 'topics/playground/events']) {
      const answer = await app.inject(`/api/v1/stream/${path}`);
      expect([answer.statusCode, answer.json().text]).toEqual([503, expect.stringContaining('Kafka does not answer')]);
    }
  });
});

describe('the events of a topic', () => {
  it('are all there is, then messages, changes and what happens', async () => {
    const { app, post, stream } = await start();
    await post('messages', message);
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const events = await openStream(`${origin}/api/v1/stream/topics/playground/events`);
    await events.until(() => events.names().includes('messages'));
    expect(events.names()[0]).toBe('snapshot');
    expect(events.events[0]?.data).toMatchObject({ topics: expect.any(Array), groups: [], brokers: [{ id: 1 }] });
    await post('consumers', { perSecond: 20 });
    await events.until(() => events.names().includes('activity'));
    const activity = events.events.find(({ event }) => event === 'activity');
    expect(activity?.data).toMatchObject([
      {
        kind: 'rebalance',
        text: expect.stringMatching(/^playground: consumer-1 joined; partitions 0, 1, 2 and 3 went/),
      },
    ]);
    await events.until(() =>
      events.events.some(
        ({ data }) => JSON.stringify(data).includes('"lag":0,"') || JSON.stringify(data).includes('"lag":0}'),
      ),
    );
    const changes = events.events.filter(({ event }) => event === 'snapshot').slice(1);
    expect(changes.every(({ data }) => !('brokers' in (data as object)))).toBe(true);
    events.leave();
    await stream.stopConsumer('consumer-1', '127.0.0.1');
  });

  it('are at most ten a second of each kind, however much comes', async () => {
    const { app, kafka } = await start();
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const events = await openStream(`${origin}/api/v1/stream/topics/playground/events`);
    await events.until(() => events.names().length > 0);
    const begun = Date.now();
    let sent = 0;
    while (Date.now() - begun < 1_000) {
      kafka.send(Array.from({ length: 500 }, () => ({ topic: 'playground', key: 'apple', value: 'x'.repeat(500) })));
      sent += 500;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const counted = (): number =>
      events.events
        .filter(({ event }) => event === 'messages')
        .flatMap(({ data }) => (data as { partitions: { count: number }[] }).partitions)
        .reduce((sum, { count }) => sum + count, 0);
    await events.until(() => counted() === sent);
    const news = events.events.filter(({ event }) => event === 'messages');
    expect(news.length).toBeLessThanOrEqual(14);
    for (const { data } of news) expect(JSON.stringify(data).length).toBeLessThan(10_000);
    events.leave();
  });
});

describe('demo consumers', () => {
  it('are started, slowed down and stopped', async () => {
    const { app, post } = await start();
    expect(await post('consumers', {})).toMatchObject({ status: 201, body: { id: 'consumer-1', perSecond: 5 } });
    const url = '/api/v1/stream/consumers/consumer-1';
    const paced = await app.inject({ method: 'PATCH', url, payload: { perSecond: 2 } });
    expect([paced.statusCode, paced.json().perSecond]).toEqual([200, 2]);
    const stopped = await app.inject({ method: 'DELETE', url });
    expect([stopped.statusCode, stopped.body]).toEqual([204, '']);
    expect((await app.inject({ method: 'DELETE', url })).statusCode).toBe(404);
  });

  it('are missed by their group only after a while when they are killed', async () => {
    const { app, post } = await start();
    await post('consumers', {});
    await post('consumers', {});
    await app.inject('/api/v1/stream');
    const killed = await app.inject({ method: 'DELETE', url: '/api/v1/stream/consumers/consumer-2?how=kill' });
    expect(killed.statusCode).toBe(204);
    const { groups, consumers } = (await app.inject('/api/v1/stream')).json();
    expect(groups[0].members).toHaveLength(2);
    expect(consumers[1]).toMatchObject({ state: 'killed', noticedAt: expect.any(String) });
  });

  it.each([
    ['POST', 'consumers', { perSecond: 0 }, 400],
    ['POST', 'consumers', { perSecond: 21 }, 400],
    ['POST', 'consumers', { group: 'ci-runners' }, 400],
    ['PATCH', 'consumers/consumer-9', { perSecond: 1 }, 404],
    ['DELETE', 'consumers/consumer-1?how=maybe', undefined, 400],
    ['POST', 'messages', { ...message, count: 501 }, 400],
    ['POST', 'messages', { ...message, perSecond: 101 }, 400],
    ['POST', 'messages', { ...message, text: '' }, 400],
    ['POST', 'messages', { ...message, spread: 'anyhow' }, 400],
  ] as const)('refuses %s %s %j with %i in words', async (method, path, payload, status) => {
    const { app } = await start();
    const answer = await app.inject({
      method,
      url: `/api/v1/stream/${path}`,
      ...(payload === undefined ? {} : { payload }),
    });
    expect([answer.statusCode, answer.json().status]).toEqual([status, 'error']);
  });

  it('and messages that are sent belong to the address that asked for them', async () => {
    const { app, post } = await start();
    await post('consumers', {});
    await post('messages', { ...message, count: 500, perSecond: 1 });
    const others = [
      ['PATCH', 'consumers/consumer-1', { perSecond: 1 }],
      ['DELETE', 'consumers/consumer-1', undefined],
      ['DELETE', 'consumers/consumer-1?how=kill', undefined],
      ['DELETE', 'messages', undefined],
    ] as const;
    const ask = ([method, path, payload]: (typeof others)[number], remoteAddress: string) =>
      app.inject({
        method,
        url: `/api/v1/stream/${path}`,
        remoteAddress,
        ...(payload === undefined ? {} : { payload }),
      });
    for (const request of others) {
      const refused = await ask(request, '192.0.2.9');
      expect([refused.statusCode, refused.json().text], request.join(' ')).toEqual([
        403,
        expect.stringContaining('from another address'),
      ]);
    }
    const { consumers, sending } = (await app.inject('/api/v1/stream')).json();
    expect([consumers, sending]).toMatchObject([[{ perSecond: 5, state: 'running' }], { count: 500 }]);
    for (const request of [others[0], others[2], others[3]]) {
      expect((await ask(request, '127.0.0.1')).statusCode).toBeLessThan(300);
    }
  });

  it('refuses too many, and too much from one address', async () => {
    const { post } = await start();
    for (let number = 1; number <= 6; number += 1) expect((await post('consumers', {})).status).toBe(201);
    expect((await post('consumers', {})).status).toBe(409);
    const answers = await Promise.all(Array.from({ length: 150 }, () => post('messages', { ...message, count: 1 })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    expect(refused[0]?.body.text).toMatch(/^Rate limit exceeded\. Try again in \d+ s\.$/);
  });
});

describe('sending', () => {
  it('goes on after the answer, and can be stopped', async () => {
    const { app, post } = await start();
    expect(await post('messages', { ...message, count: 500, perSecond: 10 })).toMatchObject({
      status: 202,
      body: { text: '500 messages are sent, 10 a second.' },
    });
    expect((await app.inject('/api/v1/stream')).json().sending).toMatchObject({ count: 500 });
    expect((await app.inject({ method: 'DELETE', url: '/api/v1/stream/messages' })).statusCode).toBe(204);
    await vi.waitFor(async () => expect((await app.inject('/api/v1/stream')).json().sending).toBeNull());
  });
});

describe('the description of the API', () => {
  it('explains each field of the stream', () => {
    const nameless: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, items, anyOf, additionalProperties } = schema as Record<string, object | undefined>;
      for (const [name, field] of Object.entries(properties ?? {})) {
        const words = JSON.stringify(field).includes('"description"');
        if (!words) nameless.push(`${path}.${name}`);
        visit(field, `${path}.${name}`);
      }
      for (const part of [items, additionalProperties, ...Object.values(anyOf ?? {})]) visit(part, path);
    };
    visit(StreamSnapshot, 'stream');
    expect(nameless).toEqual([]);
  });
});
