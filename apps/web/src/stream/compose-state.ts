/** Makes one picture out of what the brokers answer to several questions. */
import { LAB_TOPICS } from '@cloud-lab/common/topics';
import { AssignerProtocol, type GroupDescription, type ITopicMetadata } from 'kafkajs';
import type { StreamGroup, StreamMember, StreamPosition, StreamSnapshot, StreamTopic } from '../schemas/stream.ts';

/** The part of a snapshot that the brokers know. */
export type KafkaState = Pick<StreamSnapshot, 'brokers' | 'topics' | 'groups' | 'moreGroups'>;

/** The oldest and the next offset of a partition. */
export interface Ends {
  partition: number;
  low: string;
  high: string;
}

/** What a group has committed. */
export interface Committed {
  topic: string;
  partitions: { partition: number; offset: string }[];
}

export type DescribedGroup = Pick<GroupDescription, 'groupId' | 'state' | 'members'>;

/** The topics of the lab that exist, in the lab's order; `ends`: topic -> its offsets. */
export function composeTopics(metadata: readonly ITopicMetadata[], ends: ReadonlyMap<string, Ends[]>): StreamTopic[] {
  return LAB_TOPICS.flatMap(({ topic, purpose }) => {
    const found = metadata.find(({ name }) => name === topic);
    if (found === undefined) return [];
    const offsets = new Map(ends.get(topic)?.map((each) => [each.partition, each]));
    const partitions = found.partitions.map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader: leader < 0 ? null : leader,
      replicas,
      inSync: isr,
      oldest: Number(offsets.get(partitionId)?.low ?? 0),
      next: Number(offsets.get(partitionId)?.high ?? 0),
    }));
    return [{ topic, purpose, partitions: partitions.sort((a, b) => a.partition - b.partition) }];
  });
}

/** A group with its members and where it stands in the lab's topics. */
export function composeGroup(
  described: DescribedGroup,
  committed: readonly Committed[],
  topics: readonly StreamTopic[],
): StreamGroup {
  const members = described.members.map(composeMember).sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  const positions = composePositions(members, committed, topics);
  const lag = positions.reduce((sum, position) => sum + (position.lag ?? 0), 0);
  return { group: described.groupId, state: STATES[described.state] ?? 'rebalancing', members, positions, lag };
}

// A group of the newer protocol is there, and dead to those who ask by the older one.
const STATES: Record<string, StreamGroup['state']> = {
  Stable: 'stable',
  Empty: 'empty',
  Dead: 'hidden',
  Unknown: 'hidden',
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function composeMember({
  memberId,
  clientId,
  clientHost,
  memberAssignment,
}: GroupDescription['members'][number]): StreamMember {
  const partitions = decodeAssignment(memberAssignment);
  return { id: memberId, name: clientId, host: clientHost.replace(/^\//, ''), partitions };
}

/** Topic -> partitions, sorted; none for bytes that are no assignment, as a member has while its group rebalances. */
export function decodeAssignment(bytes: Buffer): Record<string, number[]> {
  try {
    const assignment = AssignerProtocol.MemberAssignment.decode(bytes)?.assignment ?? {};
    const topics = Object.entries(assignment).filter(([, partitions]) => partitions.length > 0);
    return Object.fromEntries(topics.map(([topic, partitions]) => [topic, [...partitions].sort((a, b) => a - b)]));
  } catch {
    return {};
  }
}

function composePositions(
  members: readonly StreamMember[],
  committed: readonly Committed[],
  topics: readonly StreamTopic[],
): StreamPosition[] {
  const marks = new Map(
    committed.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
    ),
  );
  return topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, next }): StreamPosition[] => {
      const mark = marks.get(`${topic}/${partition}`) ?? -1;
      const isRead = members.some((member) => member.partitions[topic]?.includes(partition) ?? false);
      if (mark >= 0) return [{ topic, partition, committed: mark, lag: Math.max(0, next - mark) }];
      return isRead ? [{ topic, partition, committed: null, lag: null }] : [];
    }),
  );
}
