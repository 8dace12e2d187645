/** What the page knows of the stream: kept up to date by its events. */

import { groupsOf, lagOf } from '../../src/pages/stream/format.ts';
import type {
  StreamActivity,
  StreamChange,
  StreamMessage,
  StreamNews,
  StreamSnapshot,
} from '../../src/schemas/stream.ts';
import { EMPTY_SNAPSHOT } from '../../src/stream/empty-snapshot.ts';
import { applyChange } from '../../src/stream/snapshot-change.ts';

/** A partition as messages arrive in it. */
export interface Lane {
  /** The newest ones, oldest first. */
  messages: StreamMessage[];
  /** Offset that the next message will get, as far as messages tell. */
  next: number;
  /** How many came, and when (milliseconds since 1970). */
  came: { at: number; count: number }[];
}

/** The lag of a group at a time (milliseconds since 1970). */
export interface LagPoint {
  at: number;
  lag: number;
}

export interface StreamStore {
  snapshot: StreamSnapshot;
  lanes: Map<number, Lane>;
  /** Newest first. */
  activity: StreamActivity[];
  lags: Map<string, LagPoint[]>;
  /** What keeps this page from knowing more, in words. */
  problem: string | undefined;
}

/** How far back the lag is shown, in milliseconds. */
export const LAG_MS = 120_000;
const RATE_MS = 2_000;
const SAMPLE_MS = 1_000;
const RETRY_MS = 3_000;
const LANE_KEPT = 60;
const ACTIVITY_KEPT = 40;

/** Messages that came to a lane in a second, of late. */
export function rateOf({ came }: Lane, now: number): number {
  const sum = came.reduce((total, { at, count }) => total + (now - at < RATE_MS ? count : 0), 0);
  return (sum * 1_000) / RATE_MS;
}

/** Follows a topic for as long as the page is there; `onChange` hears of all that is new, `onActivity` of what happens from now on. */
export function followTopic(
  topic: string,
  onChange: () => void,
  onActivity: (items: StreamActivity[]) => void,
): StreamStore {
  const store: StreamStore = {
    snapshot: EMPTY_SNAPSHOT,
    lanes: new Map(),
    activity: [],
    lags: new Map(),
    problem: undefined,
  };
  const connect = (): void => {
    const source = new EventSource(`/api/v1/stream/topics/${encodeURIComponent(topic)}/events`);
    // What comes first after a connection is all there is.
    let isFirst = true;
    let hasPast = false;
    source.addEventListener('open', () => {
      isFirst = true;
      hasPast = false;
    });
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      const change = JSON.parse(data) as StreamChange;
      if (isFirst) {
        store.lanes = new Map();
        store.activity = [];
      }
      store.snapshot = applyChange(isFirst ? EMPTY_SNAPSHOT : store.snapshot, change);
      store.problem = store.snapshot.problem ?? undefined;
      if (isFirst) sampleLags(store, topic);
      isFirst = false;
      onChange();
    });
    source.addEventListener('messages', ({ data }: MessageEvent<string>) => {
      takeNews(store, JSON.parse(data) as StreamNews, hasPast);
      hasPast = true;
      onChange();
    });
    source.addEventListener('activity', ({ data }: MessageEvent<string>) => {
      const items = JSON.parse(data) as StreamActivity[];
      if (store.activity.length > 0) onActivity(items);
      store.activity = [...items.toReversed(), ...store.activity].slice(0, ACTIVITY_KEPT);
      onChange();
    });
    source.addEventListener('error', () => {
      store.problem ??= 'The lab does not tell how the stream goes right now. Trying again …';
      onChange();
      // The browser takes up a connection that was lost, but not one that was refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  setInterval(() => {
    sampleLags(store, topic);
    onChange();
  }, SAMPLE_MS);
  return store;
}

function takeNews(store: StreamStore, { partitions }: StreamNews, isNew: boolean): void {
  const at = Date.now();
  for (const { partition, count, messages } of partitions) {
    const lane = store.lanes.get(partition) ?? { messages: [], next: 0, came: [] };
    const last = messages.at(-1);
    store.lanes.set(partition, {
      messages: [...lane.messages, ...messages].slice(-LANE_KEPT),
      next: last === undefined ? lane.next + count : last.offset + 1,
      came: [...lane.came.filter((each) => at - each.at < RATE_MS), ...(isNew ? [{ at, count }] : [])],
    });
  }
}

function sampleLags(store: StreamStore, topic: string): void {
  const at = Date.now();
  for (const group of groupsOf(store.snapshot, topic)) {
    const before = store.lags.get(group.group) ?? [];
    const kept = before.filter((point) => at - point.at < LAG_MS);
    store.lags.set(group.group, [...kept, { at, lag: lagOf(group, topic) }]);
  }
}
