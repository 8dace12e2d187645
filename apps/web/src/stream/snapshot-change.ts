/** What changed from one snapshot to the next, and a snapshot with a change put in: the same on both ends of the wire. */
import type { StreamChange, StreamGroup, StreamSnapshot, StreamTopic } from '../schemas/stream.ts';

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Only the topics and groups that are new or other than before; undefined where nothing is. */
export function findChange(before: StreamSnapshot, after: StreamSnapshot): StreamChange | undefined {
  const parts = (['problem', 'brokers', 'moreGroups', 'consumers', 'sending'] as const).filter(
    (part) => !isSame(before[part], after[part]),
  );
  const topics = changed(before.topics, after.topics, ({ topic }) => topic);
  const groups = changed(before.groups, after.groups, ({ group }) => group);
  const gone = before.groups.flatMap(({ group }) => (after.groups.some((each) => each.group === group) ? [] : [group]));
  const change: StreamChange = {
    ...Object.fromEntries(parts.map((part) => [part, after[part]])),
    ...(topics.length === 0 ? {} : { topics }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(gone.length === 0 ? {} : { gone }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** The snapshot after the change. */
export function applyChange(
  before: StreamSnapshot,
  { gone = [], topics, groups, ...parts }: StreamChange,
): StreamSnapshot {
  const left = before.groups.filter(({ group }) => !gone.includes(group));
  return {
    ...before,
    ...parts,
    topics: merge<StreamTopic>(before.topics, topics, ({ topic }) => topic),
    groups: merge<StreamGroup>(left, groups, ({ group }) => group).sort((a, b) => (a.group < b.group ? -1 : 1)),
  };
}

function changed<T>(before: readonly T[], after: readonly T[], nameOf: (each: T) => string): T[] {
  const known = new Map(before.map((each) => [nameOf(each), each]));
  return after.filter((each) => !isSame(known.get(nameOf(each)), each));
}

function merge<T>(before: readonly T[], news: readonly T[] | undefined, nameOf: (each: T) => string): T[] {
  const fresh = new Map(news?.map((each) => [nameOf(each), each]));
  const kept = before.map((each) => {
    const name = nameOf(each);
    const next = fresh.get(name) ?? each;
    fresh.delete(name);
    return next;
  });
  return [...kept, ...fresh.values()];
}
