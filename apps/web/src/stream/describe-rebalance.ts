/** Says in words what a rebalance did: who came, who left, and which partitions have another reader now. */
import type { StreamGroup, StreamMember } from '../schemas/stream.ts';

export interface RebalanceFacts {
  /** Both at rest: stable, or empty. */
  before: StreamGroup;
  after: StreamGroup;
  /** From the first sign of it to the last member that was back, in milliseconds, where that was seen. */
  tookMs?: number | undefined;
  /** Names of members that were killed -> seconds since then. */
  killed?: ReadonlyMap<string, number>;
}

/** A sentence such as `consumer-2 left; partitions 1 and 3 went to consumer-1, 240 ms`; undefined where nothing changed. */
export function describeRebalance({ before, after, tookMs, killed = new Map() }: RebalanceFacts): string | undefined {
  const idsBefore = new Set(before.members.map(({ id }) => id));
  const idsAfter = new Set(after.members.map(({ id }) => id));
  const joined = after.members.filter(({ id }) => !idsBefore.has(id));
  const left = before.members.filter(({ id }) => !idsAfter.has(id));
  const moves = findMoves(before, after);
  if (joined.length === 0 && left.length === 0 && moves.length === 0) return undefined;

  const idle = joined.filter(({ partitions }) => Object.keys(partitions).length === 0);
  const parts = [
    ...left.map((member) => sayLeft(member, killed.get(member.name))),
    ...(joined.length === 0 ? [] : [`${list(joined.map(({ name }) => name))} joined`]),
    ...moves.map(({ what, to }) => (to === undefined ? `nobody reads ${what} now` : `${what} went to ${to}`)),
    ...(idle.length === 0 ? [] : [`no partition is left for ${list(idle.map(({ name }) => name))}`]),
  ];
  return `${after.group}: ${parts.join('; ')}${tookMs === undefined ? '' : `, ${Math.round(tookMs)} ms`}`;
}

const sayLeft = ({ name }: StreamMember, seconds: number | undefined): string =>
  seconds === undefined
    ? `${name} left`
    : `the group noticed that ${name} is gone, ${seconds.toFixed(1)} s after the kill`;

interface Move {
  /** Such as `partitions 1 and 3`. */
  what: string;
  /** Name of the new reader; undefined: nobody. */
  to: string | undefined;
}

function findMoves(before: StreamGroup, after: StreamGroup): Move[] {
  const from = ownersOf(before);
  const to = ownersOf(after);
  const places = [...new Set([...from.keys(), ...to.keys()])].filter(
    (place) => from.get(place)?.id !== to.get(place)?.id,
  );
  const several = new Set([...from.keys(), ...to.keys()].map((place) => topicOf(place))).size > 1;
  const byReader = Map.groupBy(places, (place) => `${to.get(place)?.id} ${several ? topicOf(place) : ''}`);
  return [...byReader.values()].map((moved) => {
    const numbers = moved.map((place) => Number(place.split(' ')[1])).sort((a, b) => a - b);
    const [first = ''] = moved;
    const where = several ? ` of ${topicOf(first)}` : '';
    return {
      what: `${numbers.length === 1 ? 'partition' : 'partitions'} ${list(numbers)}${where}`,
      to: to.get(first)?.name,
    };
  });
}

/** `topic partition` -> who reads it. */
const ownersOf = ({ members }: StreamGroup): Map<string, StreamMember> =>
  new Map(
    members.flatMap((member) =>
      Object.entries(member.partitions).flatMap(([topic, partitions]) =>
        partitions.map((partition) => [`${topic} ${partition}`, member] as const),
      ),
    ),
  );

const topicOf = (place: string): string => place.split(' ')[0] ?? '';

/** `1`, `1 and 3`, `1, 2 and 3`. */
function list(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
