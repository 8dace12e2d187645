/** The queue on a real broker, with runners that come, go and are killed. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CI_JOBS_TOPIC } from '@cloud-lab/common/ci-messages';
import { createKafka } from '@cloud-lab/common/kafka';
import type { Admin, Producer } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RealKafka, startKafka } from '../../../helpers/real-kafka.ts';
import { createJob } from './jobs.ts';
import { type JobEvent, startRunner, type TestRunner } from './test-runner.ts';

const PARTITIONS = 6;
/** Longer than it takes to mark as done what ended, also where the group refused it once because it was forming anew. */
const COMMIT_LIMIT_MS = 700;

/** So many jobs that take so many milliseconds each. */
const lengths = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

const logger = pino({ level: 'silent' });

describe('JobQueue on a real broker', { timeout: 90_000 }, () => {
  let kafka: RealKafka;
  let admin: Admin;
  let producer: Producer;
  let runners: TestRunner[] = [];

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopics({ [CI_JOBS_TOPIC]: PARTITIONS });
    const client = createKafka({ brokers: [kafka.broker], clientId: 'test', logger });
    admin = client.admin();
    producer = client.producer();
    await Promise.all([admin.connect(), producer.connect()]);
  }, 90_000);

  afterEach(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    runners = [];
  });

  afterAll(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await kafka.stop();
  }, 30_000);

  const start = (name: string, slots: number): TestRunner => {
    const runner = startRunner(kafka.broker, name, slots);
    runners.push(runner);
    return runner;
  };

  /** Sends jobs that take so many milliseconds each, over all partitions or to one; gives their ids. */
  const send = async (lengths: number[], partition?: number): Promise<string[]> => {
    const jobs = lengths.map((length) => createJob(randomUUID(), String(length)));
    const messages = jobs.map((job, index) => ({
      key: job.id,
      value: JSON.stringify(job),
      partition: partition ?? index % PARTITIONS,
    }));
    await producer.send({ topic: CI_JOBS_TOPIC, messages });
    return jobs.map(({ id }) => id);
  };

  const events = (kind: JobEvent['event'], ids: readonly string[]): JobEvent[] =>
    runners.flatMap((runner) => runner.events).filter(({ event, job }) => event === kind && ids.includes(job));

  const until = (fact: () => void | Promise<void>, timeout = 60_000) => vi.waitFor(fact, { timeout, interval: 50 });

  const allEnded = (ids: readonly string[]) =>
    until(() => expect(new Set(events('end', ids).map(({ job }) => job)).size).toBe(ids.length));

  const members = (count: number) =>
    until(async () => {
      const { groups } = await admin.describeGroups(['ci-runners']);
      expect(groups[0]).toMatchObject({ state: 'Stable', members: { length: count } });
    });

  /** Everything is marked as done: another runner would find nothing. */
  const allCommitted = () =>
    until(async () => {
      const [ends, marks] = await Promise.all([
        admin.fetchTopicOffsets(CI_JOBS_TOPIC),
        admin.fetchOffsets({ groupId: 'ci-runners', topics: [CI_JOBS_TOPIC] }),
      ]);
      const byPartition = (offsets: { partition: number; offset: string }[]) =>
        new Map(offsets.map(({ partition, offset }) => [partition, offset]));
      const mark = byPartition(marks[0]?.partitions ?? []);
      for (const [partition, end] of byPartition(ends)) {
        if (end !== '0') expect({ partition, mark: mark.get(partition) }).toEqual({ partition, mark: end });
      }
    });

  it('starts the next job at once when a slot is free, also behind one that runs on in its partition', async () => {
    const long = await send([10_000], 0);
    const runner = start('a', 3);
    await until(() => expect(events('start', long)).toHaveLength(1));
    const ids = await send(lengths(120, 50), 0);
    await allEnded(ids);
    expect(events('end', long)).toHaveLength(0);
    const free: number[] = [];
    const waits: number[] = [];
    for (const { event, at } of runner.events.filter(({ job }) => ids.includes(job))) {
      const since = event === 'start' ? free.shift() : undefined;
      if (event === 'end') free.push(at);
      else if (since !== undefined) waits.push(at - since);
    }
    waits.sort((a, b) => a - b);
    console.log(`From a free slot to the next start: median ${waits[waits.length >> 1]}, most ${waits.at(-1)} ms`);
    expect(waits).toHaveLength(118);
    expect(waits.at(-1)).toBeLessThan(100);
    await allCommitted();
  });

  it('loses no job when a runner is killed, and gives only those again that the group could not mark as done', async () => {
    const ids = await send(Array.from({ length: 60 }, () => 100 + Math.floor(Math.random() * 900)));
    const killed = start('a', 2);
    const other = start('b', 2);
    await until(() => {
      expect(killed.events.filter(({ event }) => event === 'end').length).toBeGreaterThan(5);
      expect(other.events.filter(({ event }) => event === 'end').length).toBeGreaterThan(5);
    });
    const killedAt = Date.now();
    await killed.kill();
    await allEnded(ids);
    await allCommitted();
    const startsOf = Map.groupBy(events('start', ids), ({ job }) => job);
    expect(startsOf.size).toBe(60);
    const endedThere = new Map(killed.events.filter(({ event }) => event === 'end').map(({ job, at }) => [job, at]));
    const ranThere = killed.events.map(({ job }) => job).filter((job) => !endedThere.has(job));
    const isBehind = (job: string, earlier: string) =>
      ids.indexOf(earlier) < ids.indexOf(job) && (ids.indexOf(job) - ids.indexOf(earlier)) % PARTITIONS === 0;
    for (const [job, starts] of startsOf) {
      if (starts.length === 1) continue;
      expect(starts.map(({ runner }) => runner)).toEqual(['a', 'b']);
      // It ran when the runner was killed, or ended behind one that did, or so late that the mark was still under way.
      const markable = !ranThere.some((earlier) => earlier === job || isBehind(job, earlier));
      if (markable) expect(endedThere.get(job)).toBeGreaterThan(killedAt - COMMIT_LIMIT_MS);
    }
  });

  it('gives the jobs of a runner that stops to another at once', async () => {
    const stopping = start('a', 2);
    const ids = await send(lengths(2, 4_000));
    await until(() => expect(events('start', ids)).toHaveLength(2));
    const other = start('b', 2);
    await members(2);
    const asked = Date.now();
    await stopping.stop();
    expect(events('abort', ids)).toHaveLength(2);
    await until(() => expect(other.events).toHaveLength(2));
    const [first] = other.events;
    console.log(`From asking a runner to stop to its job on another: ${(first?.at ?? 0) - asked} ms`);
    expect(first?.at).toBeLessThan(asked + 3_500);
    await allEnded(ids);
    await allCommitted();
  });

  it('starts nothing of what others took over on a runner that hung for a while', async () => {
    const hanging = start('a', 2);
    const other = start('b', 2);
    await members(2);
    const ids = await send(lengths(60, 500));
    await until(() => expect(hanging.events.length).toBeGreaterThan(2));
    hanging.freeze();
    await delay(12_000);
    await until(() => expect(events('end', ids).length).toBeGreaterThan(30));
    hanging.thaw();
    await allEnded(ids);
    await allCommitted();
    const takenOver = new Map(other.events.filter(({ event }) => event === 'start').map(({ job, at }) => [job, at]));
    for (const { event, job, at } of hanging.events) {
      if (event === 'start') expect(at).toBeLessThan(takenOver.get(job) ?? Number.POSITIVE_INFINITY);
    }
    await members(2);
    await allEnded(await send(lengths(12, 100)));
  });

  it('lets a runner that comes share the work, and none that runs moves', async () => {
    const ids = await send(lengths(24, 1_500));
    start('a', 2);
    await until(() => expect(events('start', ids).length).toBeGreaterThan(1));
    const comer = start('b', 2);
    await allEnded(ids);
    await allCommitted();
    expect(comer.events.filter(({ event }) => event === 'end').length).toBeGreaterThan(6);
    expect(events('abort', ids)).toEqual([]);
    expect(events('start', ids)).toHaveLength(24);
  });

  it.each([
    { away: 'a moment', ms: 0 },
    { away: 'longer than the client tries', ms: 15_000 },
  ])('goes on where it was after the broker was away for $away', async ({ ms }) => {
    start('a', 2);
    const ids = await send([1_000, ms + 15_000, ...lengths(10, 300)]);
    await until(() => expect(events('end', ids).length).toBeGreaterThan(2));
    await kafka.kill();
    await delay(ms);
    await kafka.restart();
    await allEnded(ids);
    await allCommitted();
    expect(events('abort', ids)).toEqual([]);
    expect(events('start', ids)).toHaveLength(12);
  });
});
