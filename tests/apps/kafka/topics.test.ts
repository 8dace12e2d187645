import { type LabTopic, MANAGED_TOPICS } from '@cloud-lab/common/topics';
import { describe, expect, test } from 'vitest';
import { describeTopicConfig, ensureTopics } from '../../../apps/kafka/src/topics.ts';
import { strict } from '../web/helper.ts';

type Admin = Parameters<typeof ensureTopics>[0];

const topic = (parts: Partial<LabTopic> = {}): LabTopic => ({
  topic: 'chat',
  partitions: 6,
  keepMiB: 32,
  purpose: '',
  ...parts,
});

const configOf = (one: LabTopic, brokers: number, hours = 168): Record<string, string> =>
  Object.fromEntries(
    describeTopicConfig(one, { BROKER_COUNT: brokers, RETENTION_HOURS: hours }).map(({ name, value }) => [name, value]),
  );

describe('a topic', () => {
  test('keeps what its size and its time allow, whichever is less', () => {
    expect(configOf(topic(), 1)).toMatchObject({ 'retention.bytes': '33554432', 'retention.ms': '604800000' });
    expect(configOf(topic({ keepHours: 1 }), 1)['retention.ms']).toBe('3600000');
    expect(configOf(topic({ keepHours: 2 }), 1, 1)['retention.ms']).toBe('3600000');
  });

  test.each([
    [1, '1'],
    [3, '2'],
  ])('of %d brokers acknowledges a message when %s have it', (brokers, copies) => {
    expect(configOf(topic(), brokers)['min.insync.replicas']).toBe(copies);
  });

  test("is written so that the lab's readers can read it, whatever a client packs it with", () => {
    expect(configOf(topic(), 1)['compression.type']).toBe('producer');
  });
});

/** A cluster that has every topic, with so many copies, and so few partitions of the chat. */
function clusterOf(brokers: number, copies: number, chatPartitions: number) {
  const done: [string, unknown][] = [];
  const note =
    (name: string) =>
    async (request: unknown): Promise<never> => {
      done.push([name, request]);
      return undefined as never;
    };
  const admin = strict<Admin>('admin', {
    listTopics: async () => MANAGED_TOPICS.map((each) => each.topic),
    fetchTopicMetadata: async () => ({
      topics: MANAGED_TOPICS.map((each) => ({
        name: each.topic,
        partitions: Array.from(
          { length: each.topic === 'chat' ? chatPartitions : each.partitions },
          (_, partitionId) => ({
            partitionErrorCode: 0,
            partitionId,
            leader: 1,
            replicas: Array.from({ length: copies }, (__, index) => index + 1),
            isr: [1],
          }),
        ),
      })),
    }),
    describeCluster: async () => ({
      brokers: Array.from({ length: brokers }, (_, index) => ({ nodeId: index + 1, host: 'kafka', port: 9095 })),
      controller: 1,
      clusterId: 'test',
    }),
    alterConfigs: note('alterConfigs'),
    createPartitions: note('createPartitions'),
    alterPartitionReassignments: note('alterPartitionReassignments'),
  });
  return { admin, done };
}

describe('the topics of a lab that grows', () => {
  test('get the partitions that they lack', async () => {
    const { admin, done } = clusterOf(1, 1, 2);
    expect(await ensureTopics(admin, { BROKER_COUNT: 1, RETENTION_HOURS: 168 })).toEqual([]);
    expect(Object.fromEntries(done).createPartitions).toEqual({ topicPartitions: [{ topic: 'chat', count: 6 }] });
  });

  test('get a copy on every broker, and the brokers lead by turns', async () => {
    const { admin, done } = clusterOf(3, 1, 6);
    await ensureTopics(admin, { BROKER_COUNT: 3, RETENTION_HOURS: 168 });
    const { topics } = Object.fromEntries(done).alterPartitionReassignments as {
      topics: { topic: string; partitionAssignment: { partition: number; replicas: number[] }[] }[];
    };
    expect(topics.map((each) => each.topic)).toEqual(MANAGED_TOPICS.map((each) => each.topic));
    const chat = topics.find((each) => each.topic === 'chat')?.partitionAssignment ?? [];
    expect(chat.map(({ replicas }) => replicas[0])).toEqual([1, 2, 3, 1, 2, 3]);
    for (const { replicas } of chat) expect(replicas.toSorted()).toEqual([1, 2, 3]);
  });

  test('wait for brokers that are not there yet', async () => {
    const { admin, done } = clusterOf(2, 1, 6);
    await ensureTopics(admin, { BROKER_COUNT: 3, RETENTION_HOURS: 168 });
    expect(done.map(([name]) => name)).toEqual(['alterConfigs']);
  });
});
