/** What one viewer hears of a topic: the snapshot and its changes, messages, and what happens, as fast as the viewer takes it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bell } from '../ci/live/bell.ts';
import type { StreamActivity, StreamChange, StreamMessage, StreamNews, StreamSnapshot } from '../schemas/stream.ts';
import type { ActivityLog } from './activity-log.ts';
import type { PartitionRing } from './partition-ring.ts';
import { findChange } from './snapshot-change.ts';
import type { TopicTail } from './topic-tail.ts';

export type StreamEvent =
  /** All that is known, first; then only what changed. */
  | { kind: 'snapshot'; change: StreamChange }
  | { kind: 'messages'; news: StreamNews }
  | { kind: 'activity'; items: StreamActivity[] };

export interface FollowOptions {
  tail: TopicTail;
  activity: ActivityLog;
  /** All that is known now. */
  snapshot: () => StreamSnapshot;
  /** Rings when any of these has changed. */
  changed: Bell;
  signal: AbortSignal;
  /** Between two looks, in milliseconds (100): so often a viewer hears at most. */
  paceMs?: number;
}

/** Messages of a partition that one event holds at most. */
export const SAMPLE = 10;
const PACE_MS = 100;
/** What a viewer hears of before it came. */
const PAST_ACTIVITY = 20;

/** Tells until `signal` aborts. A viewer that is slow hears of several changes as of one. */
export async function* followStream(options: FollowOptions): AsyncGenerator<StreamEvent> {
  const { tail, activity, snapshot, changed, signal, paceMs = PACE_MS } = options;
  let shown = tellProblem(snapshot(), tail);
  yield { kind: 'snapshot', change: shown };
  const places = new Map(tail.rings.map((ring) => [ring.partition, ring.messages[0]?.offset ?? ring.next]));
  let heard = Math.max(0, activity.last - PAST_ACTIVITY);
  let sample = Number.POSITIVE_INFINITY;

  while (!signal.aborted) {
    const { rings } = changed;
    const now = tellProblem(snapshot(), tail);
    const change = findChange(shown, now);
    shown = now;
    if (change !== undefined) yield { kind: 'snapshot', change };
    const news = takeNews(tail.rings, places, sample);
    if (news.length > 0) yield { kind: 'messages', news: { partitions: news } };
    sample = SAMPLE;
    const items = activity.since(heard);
    heard = activity.last;
    if (items.length > 0) yield { kind: 'activity', items };
    await changed.wait(rings, signal);
    await delay(paceMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What came since the places, which move on. */
export function takeNews(
  rings: readonly PartitionRing[],
  places: Map<number, number>,
  sample: number,
): StreamNews['partitions'] {
  return rings.flatMap((ring) => {
    const found = ring.since(places.get(ring.partition) ?? ring.next, sample);
    places.set(ring.partition, ring.next);
    return found === undefined ? [] : [found];
  });
}

/** The newest `limit` messages of each partition, newest first. */
export function newestMessages(rings: readonly PartitionRing[], limit: number): StreamMessage[] {
  return rings
    .flatMap((ring) => ring.messages.slice(-limit).map(({ whole: _, ...message }) => message))
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : b.offset - a.offset || a.partition - b.partition));
}

const tellProblem = (snapshot: StreamSnapshot, tail: TopicTail): StreamSnapshot =>
  snapshot.problem === null && tail.problem !== null ? { ...snapshot, problem: tail.problem } : snapshot;
