/** Numbers and names as the pages of the stream write them. */
import type { StreamGroup, StreamMember, StreamSnapshot, StreamTopic } from '../../schemas/stream.ts';

const NUMBER = new Intl.NumberFormat('en-GB');

/** `12,345`. */
export const formatCount = (count: number): string => NUMBER.format(count);

/** `1 message`, `3 messages`. */
export const count = (number: number, one: string, several = `${one}s`): string =>
  `${formatCount(number)} ${number === 1 ? one : several}`;

/** What each state of a group is called. */
export const GROUP_STATES: Record<StreamGroup['state'], string> = {
  stable: 'reads',
  rebalancing: 'shares the partitions anew',
  empty: 'has no members now',
  hidden: 'uses a newer protocol: its members cannot be seen here',
};

/** Messages that a topic keeps. */
export const messagesOf = ({ partitions }: StreamTopic): number =>
  partitions.reduce((sum, { oldest, next }) => sum + next - oldest, 0);

/** The groups that have to do with a topic: they have committed in it, or read it. */
export const groupsOf = (snapshot: StreamSnapshot, topic: string): StreamGroup[] =>
  snapshot.groups.filter(({ positions }) => positions.some((position) => position.topic === topic));

/** Messages of a topic that a group has not handled yet. */
export const lagOf = ({ positions }: StreamGroup, topic: string): number =>
  positions.reduce((sum, position) => sum + (position.topic === topic ? (position.lag ?? 0) : 0), 0);

/** Who of a group reads a partition. */
export const ownerOf = ({ members }: StreamGroup, topic: string, partition: number): StreamMember | undefined =>
  members.find(({ partitions }) => partitions[topic]?.includes(partition) ?? false);

/** `0`, `0 and 2`, `0, 1 and 2`. */
export const listNumbers = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
