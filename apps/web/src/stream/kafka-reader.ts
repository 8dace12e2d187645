/** Asks the brokers for topics, offsets and groups; one connection, made when first needed. */
import { LAB_TOPICS } from '@cloud-lab/common/topics';
import type { Admin, Kafka } from 'kafkajs';
import { within } from '../within.ts';
import {
  type Committed,
  composeGroup,
  composeTopics,
  type DescribedGroup,
  type Ends,
  type KafkaState,
} from './compose-state.ts';

export interface KafkaReader {
  /** What the brokers say now. @throws whatever keeps them from it */
  read(): Promise<KafkaState>;
  close(): Promise<void>;
}

/** Groups that this view reads with; nobody has to see them. */
export const VIEW_PREFIX = 'stream-view-';
/** More are counted, not looked at: each costs a question a second. */
const GROUPS_SHOWN = 40;
const ANSWER_MS = 5_000;
const NAMES = new Set(LAB_TOPICS.map(({ topic }) => topic));

/** Makes it; nothing connects before `read`. */
export function createKafkaReader(kafka: Kafka): KafkaReader {
  let connected: Promise<Admin> | undefined;
  /** The last that was heard: a partition without a leader has no answer. */
  const ends = new Map<string, Ends[]>();

  const readAll = async (admin: Admin): Promise<KafkaState> => {
    const [cluster, metadata, listed] = await Promise.all([
      admin.describeCluster(),
      admin.fetchTopicMetadata(),
      admin.listGroups(),
    ]);
    const found = metadata.topics.filter(({ name }) => NAMES.has(name));
    const names = listed.groups
      .map(({ groupId }) => groupId)
      .filter((group) => !group.startsWith(VIEW_PREFIX))
      .sort();
    const shown = names.slice(0, GROUPS_SHOWN);
    const [described, committed] = await Promise.all([
      describeGroups(admin, shown),
      Promise.all(shown.map((group) => readCommitted(admin, group))),
      // After the groups are asked for, or a group could be ahead of its topic.
      ...found.map(async ({ name }) => {
        const answer = await admin.fetchTopicOffsets(name).catch(() => undefined);
        if (answer !== undefined) ends.set(name, answer);
      }),
    ]);
    const topics = composeTopics(found, ends);
    return {
      brokers: cluster.brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` })),
      topics,
      groups: shown.map((group, index) =>
        composeGroup(
          described.get(group) ?? { groupId: group, state: 'Unknown', members: [] },
          committed[index] ?? [],
          topics,
        ),
      ),
      moreGroups: names.length - shown.length,
    };
  };

  return {
    async read() {
      connected ??= connect(kafka);
      const attempt = connected;
      try {
        return await within(ANSWER_MS, 'Kafka', attempt.then(readAll));
      } catch (error) {
        if (connected === attempt) connected = undefined;
        void attempt.then((admin) => admin.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    async close() {
      const admin = await connected?.catch(() => undefined);
      connected = undefined;
      await admin?.disconnect();
    },
  };
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } });
  await admin.connect();
  return admin;
}

/** One group that cannot be described hides only itself. */
async function describeGroups(admin: Admin, names: string[]): Promise<Map<string, DescribedGroup>> {
  if (names.length === 0) return new Map();
  const answers = await admin
    .describeGroups(names)
    .then(({ groups }) => groups)
    .catch(async () => {
      const each = await Promise.allSettled(names.map((name) => admin.describeGroups([name])));
      return each.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.groups : []));
    });
  return new Map(answers.map((group) => [group.groupId, group]));
}

const readCommitted = (admin: Admin, groupId: string): Promise<Committed[]> =>
  admin.fetchOffsets({ groupId }).catch(() => []);
