/** What is said of each run arrives in order, results always, and no run waits for another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, ProducerRecord } from 'kafkajs';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ResultPublisher } from '../../../../apps/ci-runner/src/queue/result-publisher.ts';
import { settle } from './jobs.ts';
import { createProgress, createResult } from './updates.ts';

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: vi.fn(async () => undefined as never),
}));

/** A broker that takes a message when the test says so. */
function createBroker() {
  const asked: { text: string; take: () => void; refuse: () => void }[] = [];
  const taken: string[] = [];
  const send = ({ messages }: ProducerRecord): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    for (const { key, value } of messages) {
      const text = `${key} ${JSON.parse(String(value)).subject}`;
      const take = () => {
        taken.push(text);
        resolve();
      };
      asked.push({ text, take, refuse: () => reject(new Error('The broker is away.')) });
    }
    return promise;
  };
  const connect = vi.fn(async () => undefined);
  const disconnect = vi.fn(async () => undefined);
  const kafka = { producer: () => ({ connect, send, disconnect }) } as unknown as Kafka;
  const next = async () => {
    await settle();
    const request = asked.shift();
    if (request === undefined) throw new Error('Nothing was sent.');
    return request;
  };
  return {
    connect,
    disconnect,
    taken,
    publisher: new ResultPublisher(kafka, pino({ level: 'silent' })),
    waiting: async () => {
      await settle();
      return asked.map(({ text }) => text);
    },
    take: async () => (await next()).take(),
    refuse: async () => (await next()).refuse(),
  };
}

const forever = new AbortController().signal;

afterEach(() => {
  vi.mocked(delay).mockClear();
});

describe('ResultPublisher', () => {
  it('leaves out progress that the result of its run follows before it is on its way', async () => {
    const { publisher, take, taken, waiting } = createBroker();
    publisher.publishSoon(createProgress('a', 'one'));
    const published = publisher.publish(createResult('a'), forever);
    expect(await waiting()).toEqual(['a result']);
    await take();
    await published;
    expect(taken).toEqual(['a result']);
  });

  it('does not let a result overtake progress that the broker is just taking', async () => {
    const { publisher, take, taken, waiting } = createBroker();
    publisher.publishSoon(createProgress('a', 'one'));
    expect(await waiting()).toEqual(['a one']);
    const published = publisher.publish(createResult('a'), forever);
    expect(await waiting()).toEqual(['a one']);
    await take();
    await take();
    await published;
    expect(taken).toEqual(['a one', 'a result']);
  });

  it('lets no run wait for another', async () => {
    const { publisher, take, taken, waiting } = createBroker();
    publisher.publishSoon(createProgress('a', 'one'));
    const published = publisher.publish(createResult('b'), forever);
    publisher.publishSoon(createProgress('c', 'one'));
    expect((await waiting()).sort()).toEqual(['a one', 'b result', 'c one']);
    for (let count = 0; count < 3; count += 1) await take();
    await published;
    expect(taken).toHaveLength(3);
  });

  it('sends progress in order, and of what waits only the newest', async () => {
    const { publisher, take, taken, waiting } = createBroker();
    publisher.publishSoon(createProgress('a', 'one'));
    await waiting();
    for (const subject of ['two', 'three', 'four']) publisher.publishSoon(createProgress('a', subject));
    await take();
    await take();
    expect(await waiting()).toEqual([]);
    expect(taken).toEqual(['a one', 'a four']);
  });

  it('drops progress that the broker refuses, and goes on with the next', async () => {
    const { publisher, refuse, take, taken, waiting } = createBroker();
    publisher.publishSoon(createProgress('a', 'one'));
    await refuse();
    expect(await waiting()).toEqual([]);
    publisher.publishSoon(createProgress('a', 'two'));
    await take();
    expect(taken).toEqual(['a two']);
  });

  it('tries a result until the broker takes it', async () => {
    const { publisher, refuse, take, taken } = createBroker();
    const published = publisher.publish(createResult('a'), forever);
    await refuse();
    await refuse();
    await take();
    await published;
    expect(taken).toEqual(['a result']);
    expect(delay).toHaveBeenCalledTimes(2);
  });

  it('connects once for all, and again after it could not', async () => {
    const { connect, publisher, take, taken } = createBroker();
    connect.mockRejectedValueOnce(new Error('The broker is away.'));
    const published = Promise.all(['a', 'b'].map((id) => publisher.publish(createResult(id), forever)));
    await take();
    await take();
    await published;
    expect(taken).toEqual(['a result', 'b result']);
    expect(connect).toHaveBeenCalledTimes(2);
  });

  it('stops trying when the signal aborts, also while the broker says nothing', async () => {
    const { publisher, waiting } = createBroker();
    const lost = new AbortController();
    const published = publisher.publish(createResult('a'), lost.signal);
    await waiting();
    lost.abort(new Error('The runner stops.'));
    await expect(published).rejects.toThrow('The runner stops.');
  });

  it('does not wait for progress on its way when the signal aborts', async () => {
    const { publisher, waiting } = createBroker();
    const lost = new AbortController();
    publisher.publishSoon(createProgress('a', 'one'));
    await waiting();
    const published = publisher.publish(createResult('a'), lost.signal);
    lost.abort(new Error('The runner stops.'));
    await expect(published).rejects.toThrow('The runner stops.');
    expect(await waiting()).toEqual(['a one']);
  });

  it('lets go of the broker when it closes', async () => {
    const { disconnect, publisher, take } = createBroker();
    const published = publisher.publish(createResult('a'), forever);
    await take();
    await published;
    await publisher.close();
    expect(disconnect).toHaveBeenCalledOnce();
  });
});
