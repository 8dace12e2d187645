/** The view of the stream on a real broker. */
import { createKafka } from '@cloud-lab/common/kafka';
import { LAB_TOPICS } from '@cloud-lab/common/topics';
import type { Admin } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  StreamActivity,
  StreamGroup,
  StreamMessage,
  StreamSnapshot,
} from '../../../../apps/web/src/schemas/stream.ts';
import { createKafkaParts } from '../../../../apps/web/src/stream/kafka-parts.ts';
import { applyChange } from '../../../../apps/web/src/stream/snapshot-change.ts';
import { createStreamView, type StreamView } from '../../../../apps/web/src/stream/stream-view.ts';
import { type RealKafka, startKafka } from '../../../helpers/real-kafka.ts';

const silent = pino({ level: 'silent' });
// A broker takes no shorter one than 6 s by itself.
const SESSION_MS = 6_000;

/** What a viewer has heard so far. */
interface Viewer {
  snapshot: StreamSnapshot;
  messages: StreamMessage[];
  counted: number;
  activity: StreamActivity[];
  leave(): void;
}

/** Address that starts consumers and sends messages. */
const OWNER = '192.0.2.1';

describe('the view of the stream on a real broker', { timeout: 60_000 }, () => {
  let kafka: RealKafka;
  let admin: Admin;
  let view: StreamView;
  let viewers: Viewer[] = [];

  const connect = (clientId: string, socketFactory?: Parameters<typeof createKafka>[0]['socketFactory']) =>
    createKafka({
      brokers: [kafka.broker],
      clientId,
      logger: silent,
      retry: { retries: 2 },
      ...(socketFactory === undefined ? {} : { socketFactory }),
    });

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopics(Object.fromEntries(LAB_TOPICS.map(({ topic, partitions }) => [topic, partitions])));
    admin = connect('test').admin();
    await admin.connect();
    // The first group makes the broker make the topic of the groups, which takes a moment.
    await vi.waitFor(
      async () => {
        const first = connect('first').consumer({ groupId: 'first', retry: { restartOnFailure: async () => false } });
        const joined = new Promise((resolve, reject) => {
          first.on(first.events.GROUP_JOIN, resolve);
          first.on(first.events.CRASH, ({ payload }) => reject(payload.error));
        });
        joined.catch(() => undefined);
        await first.connect();
        await first.subscribe({ topics: ['playground'] });
        await first.run({ eachBatch: async () => undefined });
        await joined.finally(() => first.disconnect());
      },
      { timeout: 30_000, interval: 200 },
    );
  }, 90_000);

  beforeEach(() => {
    view = createStreamView(createKafkaParts(connect, silent, SESSION_MS), silent, { everyMs: 250, graceMs: 500 });
  });
  afterEach(async () => {
    for (const viewer of viewers) viewer.leave();
    viewers = [];
    await view.stop();
  }, 30_000);
  afterAll(async () => {
    await admin.disconnect();
    await kafka.stop();
  }, 30_000);

  async function look(topic = 'playground'): Promise<Viewer> {
    const leaving = new AbortController();
    const viewer: Viewer = {
      snapshot: await view.snapshot(),
      messages: [],
      counted: 0,
      activity: [],
      leave: () => leaving.abort(),
    };
    const events = await view.follow(topic, leaving.signal);
    viewers.push(viewer);
    void (async () => {
      for await (const event of events) {
        if (event.kind === 'snapshot') viewer.snapshot = applyChange(viewer.snapshot, event.change);
        if (event.kind === 'activity') viewer.activity.push(...event.items);
        if (event.kind === 'messages') {
          for (const { count, messages } of event.news.partitions) {
            viewer.counted += count;
            viewer.messages.push(...messages);
          }
        }
      }
    })();
    return viewer;
  }

  const until = (fact: () => void | Promise<void>, timeout = 30_000) => vi.waitFor(fact, { timeout, interval: 50 });
  const groupIn = (viewer: Viewer, name = 'playground'): StreamGroup | undefined =>
    viewer.snapshot.groups.find(({ group }) => group === name);
  const shares = (viewer: Viewer): Record<string, number[]> =>
    Object.fromEntries(
      (groupIn(viewer)?.members ?? []).map(({ name, partitions }) => [name, partitions.playground ?? []]),
    );
  const text = (viewer: Viewer): string => viewer.activity.map((item) => item.text).join('\n');

  it('shows the topics of the lab, and messages where their keys put them', async () => {
    const viewer = await look();
    expect(viewer.snapshot.problem).toBeNull();
    expect(viewer.snapshot.topics.map(({ topic }) => topic)).toEqual(LAB_TOPICS.map(({ topic }) => topic));
    await view.send({ text: 'hello', key: 'apple', count: 5, perSecond: 10, spread: 'key' }, OWNER);
    await view.send({ text: 'round', count: 4, perSecond: 10, spread: 'round-robin' }, OWNER);
    await until(() => expect(viewer.messages).toHaveLength(9));
    expect(new Set(viewer.messages.flatMap(({ key, partition }) => (key === 'apple' ? [partition] : []))).size).toBe(1);
    expect(viewer.messages.flatMap(({ key, partition }) => (key === null ? [partition] : [])).sort()).toEqual([
      0, 1, 2, 3,
    ]);
    const last = await view.messages('playground', 1);
    expect(last.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3]);
    expect(viewer.snapshot.groups.filter(({ group }) => group.startsWith('stream-view-'))).toEqual([]);
  });

  it('shares partitions out, gives them back when one stops or is killed, and works a lag off', async () => {
    const viewer = await look();
    await view.startConsumer({ perSecond: 20 }, OWNER);
    await until(() => expect(shares(viewer)).toEqual({ 'consumer-1': [0, 1, 2, 3] }));
    await view.startConsumer({ perSecond: 20 }, OWNER);
    await until(() => expect(Object.values(shares(viewer)).map(({ length }) => length)).toEqual([2, 2]));

    await view.stopConsumer('consumer-2', OWNER);
    await until(() => expect(shares(viewer)).toEqual({ 'consumer-1': [0, 1, 2, 3] }));
    await until(() => expect(text(viewer)).toMatch(/consumer-2 left; partitions .* went to consumer-1, \d+ ms/));

    view.setPace('consumer-1', 1, OWNER);
    await view.send({ text: 'much', count: 40, perSecond: 100, spread: 'key' }, OWNER);
    await until(() => expect(groupIn(viewer)?.lag).toBeGreaterThan(20));
    view.setPace('consumer-1', 20, OWNER);
    await until(() => expect(groupIn(viewer)?.lag).toBe(0));

    await view.startConsumer({ perSecond: 20 }, OWNER);
    await until(() => expect(Object.keys(shares(viewer))).toHaveLength(2));
    view.killConsumer('consumer-2', OWNER);
    await until(() => expect(viewer.snapshot.consumers.map(({ state }) => state)).toEqual(['running', 'killed']));
    expect(Object.keys(shares(viewer)), 'the group does not know').toHaveLength(2);
    await until(() => expect(shares(viewer)).toEqual({ 'consumer-1': [0, 1, 2, 3] }));
    await until(() =>
      expect(text(viewer)).toMatch(/the group noticed that consumer-2 is gone, [4-7]\.\d s after the kill/),
    );
    expect(viewer.snapshot.consumers.map(({ name }) => name)).toEqual(['consumer-1']);
  });

  it('looks and reads only while somebody is there', async () => {
    const ours = async (): Promise<number> => {
      const { groups } = await admin.listGroups();
      const names = groups.map(({ groupId }) => groupId).filter((name) => name.startsWith('stream-view-'));
      const described = await admin.describeGroups(names);
      return described.groups.filter(({ members }) => members.length > 0).length;
    };
    expect(await ours()).toBe(0);
    const [one, two] = [await look(), await look()];
    await until(async () => expect(await ours()).toBe(1));
    one.leave();
    two.leave();
    await until(async () => expect(await ours()).toBe(0));
  });

  it('counts a flood, and shows the end of it', async () => {
    const viewer = await look('test_topic');
    const producer = connect('flood').producer();
    await producer.connect();
    const value = 'x'.repeat(100);
    const before = process.memoryUsage().rss;
    const { user } = process.cpuUsage();
    const begun = Date.now();
    for (let round = 0; round < 100; round += 1) {
      const messages = Array.from({ length: 3_000 }, (_, index) => ({ value: `${round} ${index} ${value}` }));
      await producer.send({ topic: 'test_topic', acks: 1, messages });
    }
    const seconds = (Date.now() - begun) / 1_000;
    await producer.disconnect();
    await until(() => expect(viewer.messages.at(-1)?.value).toContain('99 2999 '));
    expect(viewer.counted).toBe(300_000);
    expect(viewer.messages.length).toBeLessThan(20_000);
    console.info(
      `flood: ${Math.round(300_000 / seconds)} messages/s, ${viewer.messages.length} shown, ` +
        `${Math.round((process.memoryUsage().rss - before) / 1024 ** 2)} MiB more, ` +
        `${Math.round((process.cpuUsage().user - user) / 1_000)} ms of processor, sender included`,
    );
  });

  it('says that Kafka is away, and goes on when it is back', async () => {
    const viewer = await look();
    await kafka.kill();
    await until(() => expect(viewer.snapshot.problem).toContain('Kafka does not answer'));
    await kafka.restart();
    await until(() => expect(viewer.snapshot.problem).toBeNull());
    await view.send({ text: 'back', count: 1, perSecond: 1, spread: 'key' }, OWNER);
    await until(() => expect(viewer.messages.at(-1)?.value).toBe('back'));
  });
});
