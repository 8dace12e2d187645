/** The results on a real broker that goes away and comes back. */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_RESULTS_TOPIC, type CiUpdate } from '@cloud-lab/common/ci-messages';
import { createKafka } from '@cloud-lab/common/kafka';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ResultPublisher } from '../../../../apps/ci-runner/src/queue/result-publisher.ts';
import { type RealKafka, startKafka } from '../../../helpers/real-kafka.ts';
import { createProgress, createResult } from './updates.ts';

const RUNS = 40;

describe('ResultPublisher on a real broker', { timeout: 90_000 }, () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopics({ [CI_RESULTS_TOPIC]: 1 });
  }, 90_000);

  afterAll(() => kafka.stop());

  it('brings every result, after all progress of its run, though the broker is killed meanwhile', async () => {
    const client = createKafka({ brokers: [kafka.broker], clientId: 'test', logger: pino({ level: 'silent' }) });
    const publisher = new ResultPublisher(client, pino({ level: 'silent' }));
    const run = async (id: string, index: number) => {
      await delay(index * 50);
      for (const subject of ['one', 'two', 'three']) {
        publisher.publishSoon(createProgress(id, subject));
        await delay(100);
      }
      await publisher.publish(createResult(id), new AbortController().signal);
    };
    const ids = Array.from({ length: RUNS }, (_, index) => `run ${index}`);
    const runs = Promise.all(ids.map(run));
    await delay(1_000);
    await kafka.kill();
    await delay(1_000);
    await kafka.restart();
    await runs;
    await publisher.close();

    const updates: CiUpdate[] = [];
    const consumer = client.consumer({ groupId: 'test' });
    await consumer.connect();
    await consumer.subscribe({ topics: [CI_RESULTS_TOPIC], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => void updates.push(JSON.parse(String(message.value))),
    });
    const ended = () => new Set(updates.filter(({ state }) => state !== 'running').map(({ id }) => id));
    await vi.waitFor(() => expect(ended().size).toBe(RUNS), { timeout: 20_000 });
    await consumer.disconnect();
    for (const id of ids) {
      const states = updates.filter((update) => update.id === id).map(({ state }) => state);
      expect(states.slice(states.indexOf('passed'))).not.toContain('running');
    }
    expect(updates.length).toBeGreaterThan(2 * RUNS);
  });
});
