/** The API of the stream, on Kafka in memory. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StreamSnapshot } from '../../../../apps/web/src/schemas/stream.ts';
import { createStreamView, type StreamView } from '../../../../apps/web/src/stream/stream-view.ts';
import { createRings } from '../../../../apps/web/src/stream/topic-tail.ts';
import { Watcher } from '../../../../apps/web/src/stream/watcher.ts';
import { createMemoryParts, createMemoryStream, MemoryKafka } from '../../../helpers/memory-stream.ts';
import { openStream } from '../event-stream.ts';
import { buildTestApp, silent } from '../helper.ts';

interface Parts {
  kafka: MemoryKafka;
  stream: StreamView;
  app: FastifyInstance;
  post(path: string, body: object): Promise<{ status: number; body: { id?: string; text?: string } }>;
}

async function start(): Promise<Parts> {
  const kafka = new MemoryKafka();
  const stream = createMemoryStream(kafka);
  onTestFinished(() => stream.stop());
  const { app } = await buildTestApp({ stream });
  return {
    kafka,
    stream,
    app,
    async post(path, body) {
      const answer = await app.inject({ method: 'POST', url: `/api/v1/stream/${path}`, payload: body });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}

const message = { text: 'hello', key: 'apple', count: 3, perSecond: 100, spread: 'key' };

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
    await stream.stopConsumer('consumer-1');
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

  it('refuses too many, and too much from one address', async () => {
    const { post } = await start();
    for (let number = 1; number <= 6; number += 1) expect((await post('consumers', {})).status).toBe(201);
    expect((await post('consumers', {})).status).toBe(409);
    const answers = await Promise.all(Array.from({ length: 150 }, () => post('messages', { ...message, count: 1 })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    expect(refused[0]?.body.text).toMatch(/^That was much at once. Try again in \d+ s\.$/);
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

describe('who looks', () => {
  it('is what makes it ask: nobody, no questions', async () => {
    const kafka = new MemoryKafka();
    const parts = createMemoryParts(kafka);
    let asked = 0;
    let closed = 0;
    const reader = {
      read: () => {
        asked += 1;
        return parts.reader.read();
      },
      close: async () => {
        closed += 1;
      },
    };
    const stream = createStreamView({ ...parts, reader }, silent, { everyMs: 10, graceMs: 50 });
    onTestFinished(() => stream.stop());
    expect(asked).toBe(0);
    const leaving = new AbortController();
    const events = await stream.follow('playground', leaving.signal);
    await events.next();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(3));
    leaving.abort();
    await events.next();
    await vi.waitFor(() => expect(closed).toBe(1));
    const after = asked;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(asked).toBe(after);
  });
});

describe('who comes', () => {
  it('while it lets go of Kafka makes it look again', async () => {
    const closing = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { read } = createMemoryParts(new MemoryKafka()).reader;
    let asked = 0;
    const reader = {
      read: () => {
        asked += 1;
        return read();
      },
      close: () => {
        closing.resolve();
        return closed.promise;
      },
    };
    const watcher = new Watcher({ reader, log: silent, everyMs: 10, graceMs: 0 });
    watcher.enter()();
    await closing.promise;
    const before = asked;
    const leave = watcher.enter();
    closed.resolve();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(before));
    leave();
    await watcher.stop();
  });

  it('for the last messages waits until those of before are read', async () => {
    const kafka = new MemoryKafka();
    const parts = createMemoryParts(kafka);
    kafka.send([{ topic: 'chat', key: 'lobby', value: 'from before' }]);
    const openTail: typeof parts.openTail = (topic, changed) => {
      const late = { rings: createRings(topic), problem: null, stop: async () => undefined };
      setTimeout(() => {
        for (const [index, { messages }] of kafka.tail(topic, changed).rings.entries())
          late.rings[index]?.add(messages);
        changed.ring();
      }, 50);
      return late;
    };
    const stream = createStreamView({ ...parts, openTail }, silent, { everyMs: 10, graceMs: 0 });
    onTestFinished(() => stream.stop());
    expect((await stream.messages('chat', 5)).map(({ value }) => value)).toEqual(['from before']);
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

describe('the pages of the stream', () => {
  it('say what matters without JavaScript', async () => {
    const { app, post } = await start();
    await post('messages', message);
    const page = (await app.inject('/stream')).body;
    for (const words of ['The stream', 'hello 3', 'apple', 'Same key, same lane', 'Consumer group', 'Next offset']) {
      expect(page).toContain(words);
    }
    expect((await app.inject('/stream/chat')).body).toContain('Is Kafka up again?');
  });

  it('escape what messages hold', async () => {
    const { app, post } = await start();
    await post('messages', { ...message, key: '<b>', text: '<script>alert(1)</script>' });
    const page = (await app.inject('/stream')).body;
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
  });

  it('are there while Kafka is away, and say so', async () => {
    const { app, kafka } = await start();
    kafka.isAway = true;
    const page = await app.inject('/stream');
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('Kafka does not answer.')]);
  });

  it('lead to where a topic is, and know no others', async () => {
    const { app } = await start();
    expect((await app.inject('/stream/playground')).headers.location).toBe('/stream');
    expect((await app.inject('/stream/nothing')).statusCode).toBe(404);
  });
});
