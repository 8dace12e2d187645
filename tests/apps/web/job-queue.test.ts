/** Jobs on their way to Kafka: spread over the partitions, and refused in words when the queue is away. */
import { randomUUID } from 'node:crypto';
import type { CiJob } from '@cloud-lab/common/ci-messages';
import type { Kafka, Message, Producer, ProducerConfig, ProducerRecord } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createJobPartitioner } from '../../../apps/web/src/ci/job-partitioner.ts';
import { createKafkaJobQueue } from '../../../apps/web/src/ci/job-queue.ts';
import { strict } from './helper.ts';

const job = (): CiJob => ({
  id: randomUUID(),
  repository: 'myapp',
  branch: 'main',
  commit: 'a'.repeat(40),
  requestedAt: '2026-03-01T10:00:00.000Z',
});

const partitions = (leaders: readonly number[]) =>
  leaders.map((leader, partitionId) => ({ partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [] }));
const message = (): Message => ({ value: '' });

describe('createJobPartitioner', () => {
  const choose = (leaders: readonly number[], random = 0, each: Message = message()): (() => number) => {
    const partition = createJobPartitioner(() => random)();
    return () => partition({ topic: 'ci.jobs', partitionMetadata: partitions(leaders), message: { ...each } });
  };

  it.each([
    [0, [0, 1, 2, 0, 1, 2]],
    [0.5, [1, 2, 0, 1, 2, 0]],
    [0.99, [2, 0, 1, 2, 0, 1]],
  ])('takes one partition after the other, from %d on', (random, expected) => {
    const next = choose([1, 1, 1], random);
    expect(expected.map(() => next())).toEqual(expected);
  });

  it('passes over a partition whose broker is away, unless all are', () => {
    const next = choose([1, -1, 2]);
    expect([next(), next(), next()]).toEqual([0, 2, 0]);
    const last = choose([-1, -1]);
    expect([last(), last()]).toEqual([0, 1]);
  });

  it('sends a job again to where it may be already', () => {
    const partition = createJobPartitioner(() => 0)();
    const again = message();
    const to = (each: Message, leaders = [1, 1, 1]): number =>
      partition({ topic: 'ci.jobs', partitionMetadata: partitions(leaders), message: each });
    expect([to(message()), to(again), to(again), to(message())]).toEqual([0, 1, 1, 2]);
    expect(to(again, [1, -1, 1])).not.toBe(1);
  });
});

describe('createKafkaJobQueue', () => {
  /** A Kafka whose producers send as `send` says; tells which partition each job would get. */
  function kafkaWith(send: () => Promise<void>) {
    const sent: { record: ProducerRecord; partition: number | undefined }[] = [];
    let producers = 0;
    const kafka = strict<Kafka>('kafka', {
      producer(config?: ProducerConfig) {
        producers += 1;
        const partition = config?.createPartitioner?.();
        return strict<Producer>('producer', {
          connect: async () => undefined,
          disconnect: async () => undefined,
          async send(record: ProducerRecord) {
            const [first = message()] = record.messages;
            const at = partition?.({ topic: '', partitionMetadata: partitions([1, 1, 1, 1]), message: first });
            sent.push({ record, partition: at });
            await send();
            return [];
          },
        });
      },
    });
    return { kafka, sent, count: () => producers };
  }

  it('sends each job once acknowledged by all, to the next partition', async () => {
    const { kafka, sent, count } = kafkaWith(async () => undefined);
    const queue = createKafkaJobQueue(kafka);
    const jobs = [job(), job(), job(), job()];
    for (const each of jobs) await queue.send(each);
    expect(count()).toBe(1);
    expect(sent.map(({ record }) => [record.topic, record.acks, record.messages[0]?.key])).toEqual(
      jobs.map(({ id }) => ['ci.jobs', -1, id]),
    );
    expect(JSON.parse(String(sent[0]?.record.messages[0]?.value))).toEqual(jobs[0]);
    expect(new Set(sent.map(({ partition }) => partition)).size).toBe(4);
    await queue.stop();
  });

  it('tells in words that the queue is away, and goes on with the next partition over a new connection', async () => {
    let broken = true;
    const { kafka, sent, count } = kafkaWith(async () => {
      if (broken) throw new Error('broker 1 is not there');
    });
    const queue = createKafkaJobQueue(kafka);
    await expect(queue.send(job())).rejects.toMatchObject({
      statusCode: 503,
      message: 'The queue of the CI (Kafka) does not take jobs right now. Try again soon.',
    });
    broken = false;
    await queue.send(job());
    expect(count()).toBe(2);
    expect(sent[0]?.partition).not.toBe(sent[1]?.partition);
  });
});
