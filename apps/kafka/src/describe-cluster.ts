/** Prints what there is on Kafka, as one JSON object: brokers, topics, and how far each consumer group is behind. */
import { createLogger } from '@cloud-lab/common/log';
import type { Admin } from 'kafkajs';
import { withAdmin } from './admin-session.ts';
import type { ClusterStatus, GroupStatus } from './cluster-status.ts';
import { readSettings } from './settings.ts';

type Offsets = Map<string, { low: bigint; high: bigint }[]>;

async function readOffsets(admin: Admin, topics: readonly string[]): Promise<Offsets> {
  const entries = topics.map(async (topic) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    const byPartition: { low: bigint; high: bigint }[] = [];
    for (const { partition, low, high } of offsets) byPartition[partition] = { low: BigInt(low), high: BigInt(high) };
    return [topic, byPartition] as const;
  });
  return new Map(await Promise.all(entries));
}

async function readGroups(admin: Admin, offsets: Offsets): Promise<GroupStatus[]> {
  const ids = (await admin.listGroups()).groups.map(({ groupId }) => groupId).sort();
  if (ids.length === 0) return [];
  const { groups } = await admin.describeGroups(ids);
  return Promise.all(
    groups.map(async ({ groupId, state, members }) => {
      const committed = await admin.fetchOffsets({ groupId });
      const behind = committed.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => {
          const end = offsets.get(topic)?.[partition]?.high;
          return end === undefined || Number(offset) < 0 ? 0n : end - BigInt(offset);
        }),
      );
      const lag = Number(behind.reduce((sum, each) => sum + (each > 0n ? each : 0n), 0n));
      return { group: groupId, state, members: members.length, lag };
    }),
  );
}

/** Asks for all of it. */
async function describeCluster(admin: Admin, brokerCount: number): Promise<ClusterStatus> {
  const [{ brokers }, metadata] = await Promise.all([admin.describeCluster(), admin.fetchTopicMetadata()]);
  const topics = metadata.topics.filter(({ name }) => !name.startsWith('__'));
  const partitions = metadata.topics.flatMap((topic) => topic.partitions);
  const offsets = await readOffsets(
    admin,
    topics.map(({ name }) => name),
  );
  return {
    brokers: brokers
      .map(({ nodeId, host }) => ({
        id: nodeId,
        host,
        leads: partitions.filter(({ leader }) => leader === nodeId).length,
      }))
      .sort((one, other) => one.id - other.id),
    brokerCount,
    topics: topics
      .map((topic) => ({
        topic: topic.name,
        partitions: topic.partitions.length,
        messages: Number((offsets.get(topic.name) ?? []).reduce((sum, { low, high }) => sum + high - low, 0n)),
        behind: topic.partitions.filter(({ isr, replicas }) => isr.length < Math.max(replicas.length, brokerCount))
          .length,
      }))
      .sort((one, other) => one.topic.localeCompare(other.topic)),
    groups: await readGroups(admin, offsets),
  };
}

const LIMIT_MS = 15_000;
const logger = createLogger('describe-cluster');
logger.level = 'silent';
const settings = readSettings();
const session = { settings, clientId: 'describe-cluster', logger, limitMs: LIMIT_MS };
try {
  const status = await withAdmin(session, (admin) => describeCluster(admin, settings.BROKER_COUNT));
  process.stdout.write(`${JSON.stringify(status)}\n`);
} catch (error) {
  process.stderr.write(`Kafka does not answer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
