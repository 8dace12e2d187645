/** Demo consumers and messages to send: how many, how long, and what is told of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamConsumer } from '../../../../apps/web/src/schemas/stream.ts';
import { ActivityLog } from '../../../../apps/web/src/stream/activity-log.ts';
import { type CreateConsumer, DemoConsumers } from '../../../../apps/web/src/stream/demo-consumers.ts';
import { type PlayMessage, Sender } from '../../../../apps/web/src/stream/sender.ts';

/** Two addresses. */
const ANN = '192.0.2.1';
const BEN = '192.0.2.2';

/** Consumers that do as they are told; `problem` keeps them from starting. */
function playWith(problem?: string) {
  const activity = new ActivityLog();
  const done: string[] = [];
  const create: CreateConsumer = ({ name, group, endsAt, perSecond, onNews }) => {
    let state: StreamConsumer['state'] = 'starting';
    let pace = perSecond;
    return {
      name,
      group,
      endsAt,
      get perSecond() {
        return pace;
      },
      get state() {
        return state;
      },
      get noticedAt() {
        return new Date(Date.now() + 10_000);
      },
      setPace(next) {
        pace = next;
      },
      async start() {
        if (problem !== undefined) throw new Error(problem);
        state = 'running';
      },
      async stop() {
        done.push(`stop ${name}`);
        onNews({ kind: 'ended' });
      },
      kill() {
        state = 'killed';
        done.push(`kill ${name}`);
      },
    };
  };
  const consumers = new DemoConsumers({ create, activity, onChange: () => undefined, onRebalance: () => undefined });
  return { consumers, done, told: () => activity.since(0).map(({ text }) => text) };
}

describe('demo consumers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are twelve at most, six of one address, and take names that are free', async () => {
    const { consumers } = playWith();
    for (let number = 1; number <= 6; number += 1) await consumers.start({}, ANN);
    await expect(consumers.start({}, ANN)).rejects.toMatchObject({
      statusCode: 409,
      message: 'Your address has 6 consumers running. Stop one of them first.',
    });
    for (let number = 1; number <= 6; number += 1) await consumers.start({}, BEN);
    await expect(consumers.start({}, '192.0.2.3')).rejects.toMatchObject({
      statusCode: 409,
      message: '12 consumers are running already. Wait until one of them has ended.',
    });
    await consumers.stop('consumer-2', ANN);
    expect(await consumers.start({ group: 'playground-2', perSecond: 3 }, ANN)).toMatchObject({
      name: 'consumer-2',
      group: 'playground-2',
      perSecond: 3,
      state: 'running',
    });
  });

  it('belong to the address that started them', async () => {
    const { consumers, done } = playWith();
    await consumers.start({}, ANN);
    const foreign = { statusCode: 403, message: expect.stringContaining('was started from another address') };
    await expect(consumers.stop('consumer-1', BEN)).rejects.toMatchObject(foreign);
    expect(() => consumers.kill('consumer-1', BEN)).toThrow(expect.objectContaining(foreign));
    expect(() => consumers.setPace('consumer-1', 1, BEN)).toThrow(expect.objectContaining(foreign));
    expect(consumers.list()).toMatchObject([{ perSecond: 5, state: 'running' }]);
    expect(done).toEqual([]);
    expect(consumers.setPace('consumer-1', 1, ANN)).toMatchObject({ perSecond: 1 });
    await consumers.stop('consumer-1', ANN);
    expect(done).toEqual(['stop consumer-1']);
  });

  it('are stopped when their time is over, or when nobody has looked for a while', async () => {
    const { consumers, done, told } = playWith();
    await consumers.start({}, ANN);
    consumers.setWatched(false);
    await vi.advanceTimersByTimeAsync(60_000);
    consumers.setWatched(true);
    await vi.advanceTimersByTimeAsync(539_000);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(done).toEqual(['stop consumer-1']);
    expect(told()).toEqual(['consumer-1 was stopped: its 10 minutes are over.']);
    await consumers.start({}, ANN);
    consumers.setWatched(false);
    await vi.advanceTimersByTimeAsync(121_000);
    expect(consumers.list()).toEqual([]);
    expect(told().at(-1)).toBe('All consumers were stopped, as nobody looked.');
  });

  it('that were killed are there until their group has noticed, and their place is free', async () => {
    const { consumers, told } = playWith();
    await consumers.start({}, ANN);
    consumers.kill('consumer-1', ANN);
    expect(consumers.list()).toMatchObject([{ state: 'killed', noticedAt: expect.any(String) }]);
    expect(told()[0]).toContain('its group, which waits for its next heartbeat for 10 s.');
    expect(() => consumers.kill('consumer-1', ANN)).toThrow('killed already');
    expect(() => consumers.setPace('consumer-1', 3, ANN)).toThrow('killed');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(consumers.killed('playground').get('consumer-1')).toBe(2);
    expect((await consumers.start({}, ANN)).name).toBe('consumer-2');
    consumers.settle('playground', new Set(['consumer-1']));
    expect(consumers.list()).toHaveLength(2);
    consumers.settle('playground', new Set(['consumer-2']));
    expect(consumers.list().map(({ name }) => name)).toEqual(['consumer-2']);
  });

  it('are not there when Kafka does not take them', async () => {
    const { consumers } = playWith('away');
    await expect(consumers.start({}, ANN)).rejects.toMatchObject({ statusCode: 503 });
    expect(consumers.list()).toEqual([]);
    await expect(consumers.stop('consumer-1', ANN)).rejects.toMatchObject({ statusCode: 404 });
  });
});

function senderTo(send: (messages: PlayMessage[]) => Promise<void>) {
  const activity = new ActivityLog();
  const sender = new Sender({ send, partitions: 4, activity, onChange: () => undefined });
  return { sender, told: () => activity.since(0).map(({ text }) => text) };
}

describe('messages that are sent', () => {
  it('come at their pace, numbered, until all are sent', async () => {
    const sent: PlayMessage[] = [];
    const { sender } = senderTo(async (messages) => void sent.push(...messages));
    const begun = Date.now();
    await sender.start({ text: 'hello', key: 'k', count: 30, perSecond: 60, spread: 'key' }, ANN);
    expect(sent).toHaveLength(1);
    expect(sender.state).toEqual({ count: 30, sent: 1, perSecond: 60 });
    await vi.waitFor(() => expect(sender.state).toBeNull());
    expect(Date.now() - begun).toBeGreaterThan(450);
    expect(sent.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, (_, index) => `hello ${index + 1}`));
    expect(new Set(sent.map(({ key }) => key))).toEqual(new Set(['k']));
  });

  it('can be stopped, and are one run at a time, beside which a few still go', async () => {
    const sent: PlayMessage[] = [];
    const { sender, told } = senderTo(async (messages) => void sent.push(...messages));
    const run = { text: 'x', count: 100, perSecond: 10, spread: 'key' as const };
    await sender.start(run, ANN);
    await expect(sender.start(run, ANN)).rejects.toMatchObject({ statusCode: 409 });
    expect(await sender.start({ ...run, count: 1 }, ANN)).toBe('The message is sent.');
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(3));
    sender.stop(ANN);
    await vi.waitFor(() => expect(sender.state).toBeNull());
    expect(sent.length).toBeLessThan(15);
    expect(told().at(-1)).toMatch(/^Sending was stopped after \d+ messages\.$/);
    await sender.start(run, ANN);
    sender.stop(ANN);
  });

  it('belong to the address that sends them, and leave room for those of others', async () => {
    const { sender } = senderTo(async () => undefined);
    const run = { text: 'x', count: 100, perSecond: 10, spread: 'key' as const };
    await sender.start(run, ANN);
    expect(() => sender.stop(BEN)).toThrow(expect.objectContaining({ statusCode: 403 }));
    await sender.start({ ...run, count: 50 }, BEN);
    expect(sender.state).toMatchObject({ count: 150, perSecond: 20 });
    sender.stop(BEN);
    await vi.waitFor(() => expect(sender.state).toMatchObject({ count: 100 }));
    for (const other of ['3', '4', '5']) await sender.start(run, other);
    await expect(sender.start(run, '6')).rejects.toMatchObject({ statusCode: 409 });
    sender.stopAll();
    await vi.waitFor(() => expect(sender.state).toBeNull());
    expect(() => sender.stop(BEN)).not.toThrow();
  });

  it('without a key take sample keys in turn, or the partitions', async () => {
    const sent: PlayMessage[] = [];
    const { sender } = senderTo(async (messages) => void sent.push(...messages));
    await sender.start({ text: 'x', count: 8, perSecond: 10, spread: 'key' }, ANN);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(8);
    sent.length = 0;
    await sender.start({ text: 'x', count: 8, perSecond: 10, spread: 'round-robin' }, ANN);
    expect(sent.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(sent.every(({ key }) => key === null)).toBe(true);
  });

  it('are refused in words where Kafka takes none, at once or later', async () => {
    let isAway = true;
    const { sender, told } = senderTo(async () => {
      if (isAway) throw new Error('away');
    });
    const run = { text: 'x', count: 100, perSecond: 10, spread: 'key' as const };
    await expect(sender.start(run, ANN)).rejects.toMatchObject({ statusCode: 503 });
    isAway = false;
    await sender.start(run, ANN);
    isAway = true;
    await vi.waitFor(() => expect(sender.state).toBeNull());
    expect(told().at(-1)).toContain('Kafka does not take more.');
  });
});
