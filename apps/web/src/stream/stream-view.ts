/** What can be seen of Kafka: topics, partitions, groups and messages as they come, for whoever looks at them here. */

import type { Logger } from 'pino';
import { Bell } from '../ci/live/bell.ts';
import { HttpError, UnavailableError } from '../errors.ts';
import type {
  ConsumerRequest,
  SendRequest,
  StreamConsumer,
  StreamMessage,
  StreamSnapshot,
  StreamTopic,
} from '../schemas/stream.ts';
import { ActivityLog } from './activity-log.ts';
import type { KafkaState } from './compose-state.ts';
import type { ConsumerNews } from './demo-consumer.ts';
import { type CreateConsumer, DemoConsumers } from './demo-consumers.ts';
import { followStream, newestMessages, type StreamEvent } from './follow-stream.ts';
import type { KafkaReader } from './kafka-reader.ts';
import { RebalanceWatch } from './rebalance-watch.ts';
import { type PlayMessage, Sender } from './sender.ts';
import type { KeptMessage } from './show-message.ts';
import type { TopicTail } from './topic-tail.ts';
import { type TailVisit, TopicTails } from './topic-tails.ts';
import { isLabTopic, PLAYGROUND_TOPIC, partitionsOf } from './topics.ts';
import { AWAY, Watcher } from './watcher.ts';

export interface StreamView {
  /** All that is known of Kafka now; what is wrong with it stands in its `problem`. */
  snapshot(): Promise<StreamSnapshot>;
  /** What happens from now on with this topic in view. @throws HttpError 404, 503 */
  follow(topic: string, signal: AbortSignal): Promise<AsyncGenerator<StreamEvent>>;
  /** The newest messages of each partition, at most `limit`, newest first. @throws HttpError 404, 503 */
  messages(topic: string, limit: number): Promise<StreamMessage[]>;
  /** One message that is among those that are kept. @throws HttpError 404, 503 */
  message(topic: string, partition: number, offset: number): Promise<KeptMessage>;
  /** Starts a consumer that belongs to an address. @throws HttpError 409 when there are enough, 503 without Kafka */
  startConsumer(request: ConsumerRequest, owner: string): Promise<StreamConsumer>;
  /** @throws HttpError 403 where it belongs to another address, 404, 409 */
  setPace(id: string, perSecond: number, owner: string): StreamConsumer;
  /** Resolves when it has left its group. @throws HttpError 403, 404, 409 */
  stopConsumer(id: string, owner: string): Promise<void>;
  /** @throws HttpError 403, 404, 409 */
  killConsumer(id: string, owner: string): void;
  /** Resolves with words when the first messages are sent. @throws HttpError 409, 503 */
  send(request: SendRequest, owner: string): Promise<string>;
  /** Ends what this address sends. @throws HttpError 403 where only others send */
  stopSending(owner: string): void;
  stop(): Promise<void>;
}

/** What the view needs of Kafka; nothing of it connects before it is used. */
export interface StreamParts {
  reader: KafkaReader;
  /** Reads the end of a topic from now on; `changed` rings when something came. */
  openTail: (topic: StreamTopic, changed: Bell) => TopicTail;
  createConsumer: CreateConsumer;
  send: (messages: PlayMessage[]) => Promise<void>;
  close(): Promise<void>;
}

export interface StreamTimes {
  /** Between two looks at Kafka, in milliseconds (1000). */
  everyMs?: number;
  /** The same while it is away (2000). */
  awayMs?: number;
  /** For which it goes on looking after the last viewer has left (5000). */
  graceMs?: number;
  /** After which demo consumers end when nobody looks (2 minutes). */
  unwatchedMs?: number;
}

const FRESH_MS = 2_000;
const CATCH_UP_MS = 5_000;
const EMPTY: KafkaState = { brokers: [], topics: [], groups: [], moreGroups: 0 };

/** Makes it; nothing connects before somebody looks. */
export function createStreamView(parts: StreamParts, log: Pick<Logger, 'debug'>, times: StreamTimes = {}): StreamView {
  const changed = new Bell();
  const rebalances = new RebalanceWatch();
  const activity = new ActivityLog(() => changed.ring());
  let followers = 0;

  const noteState = ({ groups }: KafkaState): void => {
    for (const text of rebalances.look(groups, (group) => consumers.killed(group))) activity.add('rebalance', text);
    for (const { group, state, members } of groups) {
      if (state !== 'rebalancing') consumers.settle(group, new Set(members.map(({ name }) => name)));
    }
  };
  const watcher = new Watcher({
    reader: parts.reader,
    log,
    onState: noteState,
    ...times,
    onLook: () => changed.ring(),
  });
  const noteChange = (): void => {
    watcher.lookNow();
    changed.ring();
  };
  const noteRebalance = (group: string, news: ConsumerNews): void => {
    if (news.kind === 'rebalancing') rebalances.noteBegin(group);
    if (news.kind === 'joined') rebalances.noteJoined(group, news.tookMs);
  };
  const consumers: DemoConsumers = new DemoConsumers({
    create: parts.createConsumer,
    activity,
    onChange: noteChange,
    onRebalance: noteRebalance,
    ...(times.unwatchedMs === undefined ? {} : { unwatchedMs: times.unwatchedMs }),
  });
  const sender = new Sender({
    send: parts.send,
    partitions: partitionsOf(PLAYGROUND_TOPIC),
    activity,
    onChange: noteChange,
  });
  const tails = new TopicTails((topic) => parts.openTail(topic, changed), times.graceMs);

  const compose = (): StreamSnapshot => ({
    problem: watcher.problem,
    ...(watcher.state ?? EMPTY),
    consumers: consumers.list(),
    sending: sender.state,
  });

  const findTopic = async (name: string): Promise<StreamTopic> => {
    if (!isLabTopic(name))
      throw new HttpError(404, 'The lab has no topic of this name. GET /api/v1/stream lists them.');
    // Kafka may have gone away just now: what was known of the topic is enough to wait for it.
    const { topics } = (await watcher.fresh(FRESH_MS)) ?? watcher.state ?? EMPTY;
    const topic = topics.find((each) => each.topic === name);
    if (topic !== undefined) return topic;
    if (watcher.problem !== null || watcher.state === undefined) throw new UnavailableError(AWAY);
    throw new HttpError(404, `The topic ${name} does not exist yet.`);
  };

  /** Uses the end of a topic once it has all that was there before. */
  const withTail = async <T>(name: string, use: (tail: TopicTail) => T): Promise<T> => {
    const topic = await findTopic(name);
    const visit = tails.visit(topic);
    try {
      await caughtUp(visit.tail, topic, changed);
      return use(visit.tail);
    } finally {
      visit.leave();
    }
  };

  async function* followVisit(visit: TailVisit, leave: () => void, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    followers += 1;
    consumers.setWatched(true);
    try {
      yield* followStream({ tail: visit.tail, activity, snapshot: compose, changed, signal });
    } finally {
      followers -= 1;
      visit.leave();
      leave();
      if (followers === 0) consumers.setWatched(false);
    }
  }

  return {
    async snapshot() {
      await watcher.fresh(FRESH_MS);
      return compose();
    },
    async follow(name, signal) {
      const topic = await findTopic(name);
      return followVisit(tails.visit(topic), watcher.enter(), signal);
    },
    messages: (name, limit) => withTail(name, ({ rings }) => newestMessages(rings, limit)),
    message: (name, partition, offset) =>
      withTail(name, ({ rings }) => {
        const found = rings.find((ring) => ring.partition === partition)?.find(offset);
        if (found !== undefined) return found;
        throw new HttpError(404, `Only the newest messages of a partition are kept here, and this is none of them.`);
      }),
    async startConsumer(request, owner) {
      const started = await consumers.start(request, owner);
      if (followers === 0) consumers.setWatched(false);
      return started;
    },
    setPace: (id, perSecond, owner) => consumers.setPace(id, perSecond, owner),
    stopConsumer: (id, owner) => consumers.stop(id, owner),
    killConsumer: (id, owner) => consumers.kill(id, owner),
    send: (request, owner) => sender.start(request, owner),
    stopSending: (owner) => sender.stop(owner),
    async stop() {
      sender.stopAll();
      await Promise.allSettled([watcher.stop(), tails.stop(), consumers.stopAll()]);
      await parts.close();
    },
  };
}

/** Waits until the rings reach the offsets of before; for what cannot be read, not for ever. */
async function caughtUp({ rings }: TopicTail, { partitions }: StreamTopic, changed: Bell): Promise<void> {
  const ends = new Map(partitions.map(({ partition, next }) => [partition, next]));
  const isBehind = (): boolean => rings.some(({ partition, next }) => next < (ends.get(partition) ?? 0));
  const limit = AbortSignal.timeout(CATCH_UP_MS);
  while (isBehind() && !limit.aborted) await changed.wait(changed.rings, limit);
}
