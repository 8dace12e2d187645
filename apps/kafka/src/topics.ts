/** The lab's topics: made where they are missing, and brought to their size, partitions and copies where they are not as described. */
import { type LabTopic, MANAGED_TOPICS } from '@cloud-lab/common/topics';
import kafkajs, { type Admin } from 'kafkajs';
import type { HostSettings } from './settings.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
/** A partition loses its oldest messages in segments: with four of them it keeps at least three quarters of its size. */
const SEGMENTS = 4;

type Sizes = Pick<HostSettings, 'BROKER_COUNT' | 'RETENTION_HOURS'>;

/** How many copies have to be written before a message is acknowledged: one broker may be away. */
const copiesInSync = ({ BROKER_COUNT }: Pick<Sizes, 'BROKER_COUNT'>): number => Math.max(1, BROKER_COUNT - 1);

/** The settings of a topic, as Kafka takes them. */
export function describeTopicConfig({ keepMiB, keepHours }: LabTopic, sizes: Sizes): { name: string; value: string }[] {
  const config = {
    'retention.bytes': keepMiB * MIB,
    'retention.ms': Math.min(keepHours ?? sizes.RETENTION_HOURS, sizes.RETENTION_HOURS) * HOUR_MS,
    'segment.bytes': Math.max(1, Math.floor(keepMiB / SEGMENTS)) * MIB,
    'min.insync.replicas': copiesInSync(sizes),
    // As the producer packed them: to unpack them, the broker would need memory for whatever they say.
    'compression.type': 'producer',
  };
  return Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
}

/** @returns the names of those that were made */
export async function ensureTopics(admin: Admin, sizes: Sizes): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  const missing = MANAGED_TOPICS.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: topic.topic,
        numPartitions: topic.partitions,
        replicationFactor: sizes.BROKER_COUNT,
        configEntries: describeTopicConfig(topic, sizes),
      })),
    });
  }
  const present = MANAGED_TOPICS.filter(({ topic }) => existing.has(topic));
  if (present.length > 0) {
    await growTopics(admin, present);
    await admin.alterConfigs({
      validateOnly: false,
      resources: present.map((topic) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic.topic,
        configEntries: describeTopicConfig(topic, sizes),
      })),
    });
  }
  await copyTopics(admin, sizes.BROKER_COUNT);
  return missing.map(({ topic }) => topic);
}

/** Gives topics of an older lab the partitions that they lack; they never have fewer than before. */
async function growTopics(admin: Admin, present: readonly LabTopic[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: present.map(({ topic }) => topic) });
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  const smaller = present.filter((topic) => (partitions.get(topic.topic) ?? topic.partitions) < topic.partitions);
  if (smaller.length === 0) return;
  await admin.createPartitions({
    topicPartitions: smaller.map((topic) => ({ topic: topic.topic, count: topic.partitions })),
  });
}

/** Puts a copy of every partition, Kafka's own among them, on every broker: of a lab that had one broker and now has three. */
async function copyTopics(admin: Admin, brokerCount: number): Promise<void> {
  const { brokers } = await admin.describeCluster();
  if (brokers.length !== brokerCount) return;
  const ids = brokers.map(({ nodeId }) => nodeId).sort();
  const { topics } = await admin.fetchTopicMetadata();
  const lacking = topics.flatMap(({ name, partitions }) => {
    const fewer = partitions.filter(({ replicas }) => replicas.length < brokerCount);
    const assignment = fewer.map(({ partitionId }) => ({
      partition: partitionId,
      // The first is the one that leads when all are well.
      replicas: ids.map((_, position) => ids[(partitionId + position) % ids.length] ?? 0),
    }));
    return assignment.length === 0 ? [] : [{ topic: name, partitionAssignment: assignment }];
  });
  if (lacking.length > 0) await admin.alterPartitionReassignments({ topics: lacking });
}
