/**
 * Where messages are, and how far somebody has come in a room.
 *
 * A message's place is its partition and offset. A room is one key of the topic and so lives in one partition, but clients in
 * other languages may choose another one for the same key: then it lives in several, and nothing says in which order two of them
 * are read. So "everything up to here" is a reach: the newest offset in each partition.
 *
 * Whoever holds a reach has everything of the room at or before it, and nothing after it; what a reach does not name is all
 * after it. That stays true from process to process, however differently they read the partitions: what comes after a reach is
 * what it does not cover, and whoever is sent all of that in any order holds the union of both reaches afterwards.
 */

/** Where a message is on the topic. */
export interface Place {
  partition: number;
  offset: number;
}

/** Partition -> newest offset. */
export type Reach = ReadonlyMap<number, number>;

/** What the id of a reach that has nothing yet is called: everything comes after it. */
export const START_ID = 'start';

const ID = /^\d{1,6}:\d{1,15}(?:,\d{1,6}:\d{1,15})*$/;
const MAX_ID_LENGTH = 4_000;

/** Whether whoever is so far has what is at this place. */
export const covers = (reach: Reach, { partition, offset }: Place): boolean => offset <= (reach.get(partition) ?? -1);

/** Whether `reach` is at least as far as `other` everywhere. */
export const contains = (reach: Reach, other: Reach): boolean =>
  [...other].every(([partition, offset]) => covers(reach, { partition, offset }));

/** As far as either of them. */
export function unite(one: Reach, other: Reach): Map<number, number> {
  const both = new Map(one);
  for (const [partition, offset] of other) extend(both, { partition, offset });
  return both;
}

/** Moves a reach on to a place. */
export function extend(reach: Map<number, number>, { partition, offset }: Place): void {
  if (offset > (reach.get(partition) ?? -1)) reach.set(partition, offset);
}

/**
 * A reach as an id, such as `3:120` or `3:120,5:7`: sorted, but a message's own place comes first, as that is the same in all
 * processes, however they have read the other partitions.
 */
export function formatId(reach: Reach, own?: Place): string {
  const rest = [...reach].filter(([partition]) => partition !== own?.partition).sort(([a], [b]) => a - b);
  const places = own === undefined ? rest : [[own.partition, own.offset] as const, ...rest];
  return places.length === 0 ? START_ID : places.map(([partition, offset]) => `${partition}:${offset}`).join(',');
}

/** Reads an id; undefined for what is none. */
export function parseId(id: string): { reach: Reach; own: Place | undefined } | undefined {
  if (id === START_ID) return { reach: new Map(), own: undefined };
  if (id.length > MAX_ID_LENGTH || !ID.test(id)) return undefined;
  const places = id.split(',').map((each) => each.split(':').map(Number) as [number, number]);
  const reach = new Map(places);
  const [partition = 0, offset = 0] = places[0] ?? [];
  return reach.size === places.length ? { reach, own: { partition, offset } } : undefined;
}
