/** Kafka as the stream's page sees it, in the memory of the tests: messages flow, consumers share lanes, a killed one is missed late. */
import { LAB_TOPICS, PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import { type IHeaders, Partitioners } from 'kafkajs';
import { pino } from 'pino';
import type { Bell } from '../../apps/web/src/ci/live/bell.ts';
import type { StreamConsumer, StreamGroup, StreamMember, StreamTopic } from '../../apps/web/src/schemas/stream.ts';
import type { CreateConsumer } from '../../apps/web/src/stream/demo-consumers.ts';
import type { PlayMessage } from '../../apps/web/src/stream/sender.ts';
import { type KeptMessage, showMessage } from '../../apps/web/src/stream/show-message.ts';
import { createStreamView, type StreamParts, type StreamView } from '../../apps/web/src/stream/stream-view.ts';
import { createRings, type TopicTail } from '../../apps/web/src/stream/topic-tail.ts';

/** After which the group misses a member that is silent. */
export const MEMORY_SESSION_MS = 3_000;
const STEP_MS = 25;
const PARTITIONER = Partitioners.DefaultPartitioner();

interface Group {
  name: string;
  members: StreamMember[];
  committed: number[];
}

/** A broker's part of it: logs, groups, and whether it answers. */
export class MemoryKafka {
  isAway = false;
  readonly #logs = new Map<string, KeptMessage[][]>(
    LAB_TOPICS.map(({ topic, partitions }) => [topic, Array.from({ length: partitions }, () => [])]),
  );
  readonly #groups = new Map<string, Group>();
  readonly #readers = new Set<() => void>();

  /** Puts messages at the ends of their partitions. */
  send(messages: readonly (PlayMessage & { at?: Date })[]): void {
    if (this.isAway) throw new Error('away');
    for (const { topic, key, value, partition, at = new Date() } of messages) {
      const logs = this.#logs.get(topic) ?? [];
      const message = {
        key: key === null ? null : Buffer.from(key),
        value: Buffer.from(value),
        headers: {} as IHeaders,
      };
      const place = partition ?? PARTITIONER({ topic, message, partitionMetadata: metadataOf(logs.length) });
      const log = logs[place];
      log?.push(
        showMessage(place, { ...message, attributes: 0, timestamp: String(at.getTime()), offset: String(log.length) }),
      );
    }
    for (const read of this.#readers) read();
  }

  topics(): StreamTopic[] {
    return LAB_TOPICS.map(({ topic, purpose }) => ({
      topic,
      purpose,
      partitions: (this.#logs.get(topic) ?? []).map((log, partition) => ({
        partition,
        leader: 1,
        replicas: [1],
        inSync: [1],
        oldest: 0,
        next: log.length,
      })),
    }));
  }

  groups(): StreamGroup[] {
    return [...this.#groups.values()].map(({ name, members, committed }) => {
      const positions = committed.map((mark, partition) => ({
        topic: PLAYGROUND_TOPIC,
        partition,
        committed: mark,
        lag: this.#log(partition).length - mark,
      }));
      const lag = positions.reduce((sum, position) => sum + position.lag, 0);
      const state = members.length === 0 ? ('empty' as const) : ('stable' as const);
      return { group: name, state, members: members.map((member) => ({ ...member })), positions, lag };
    });
  }

  tail(topic: StreamTopic, changed: Bell): TopicTail {
    const rings = createRings(topic);
    const read = (): void => {
      for (const ring of rings) ring.add((this.#logs.get(topic.topic)?.[ring.partition] ?? []).slice(ring.next));
      changed.ring();
    };
    this.#readers.add(read);
    read();
    return { rings, problem: null, stop: async () => void this.#readers.delete(read) };
  }

  /** A member that some program elsewhere adds. */
  join(group: string, name: string, host = '127.0.0.1'): StreamMember {
    const known = this.#groups.get(group) ?? { name: group, members: [], committed: this.#playground().map(() => 0) };
    const member = { id: `${name}-${crypto.randomUUID()}`, name, host, partitions: {} };
    known.members.push(member);
    this.#groups.set(group, known);
    this.#share(known);
    return member;
  }

  leave(group: string, id: string): void {
    const known = this.#groups.get(group);
    if (known === undefined) return;
    known.members = known.members.filter((member) => member.id !== id);
    this.#share(known);
  }

  /** Handles the next message of a member, if there is one: its partitions have their turns. */
  handleNext(groupName: string, id: string, turn: number): void {
    const group = this.#groups.get(groupName);
    const own = group?.members.find((member) => member.id === id)?.partitions[PLAYGROUND_TOPIC] ?? [];
    const waiting = own.filter((partition) => (group?.committed[partition] ?? 0) < this.#log(partition).length);
    const next = waiting[turn % waiting.length];
    if (group !== undefined && next !== undefined) group.committed[next] = (group.committed[next] ?? 0) + 1;
  }

  #playground(): KeptMessage[][] {
    return this.#logs.get(PLAYGROUND_TOPIC) ?? [];
  }

  #log(partition: number): KeptMessage[] {
    return this.#playground()[partition] ?? [];
  }

  #share({ members }: Group): void {
    members.sort((a, b) => (a.name < b.name ? -1 : 1));
    members.forEach((member, index) => {
      const own = this.#playground().flatMap((_, partition) =>
        partition % members.length === index ? [partition] : [],
      );
      member.partitions = own.length === 0 ? {} : { [PLAYGROUND_TOPIC]: own };
    });
  }
}

const metadataOf = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

/** A demo consumer on it. */
const createConsumer =
  (kafka: MemoryKafka): CreateConsumer =>
  ({ name, group, endsAt, perSecond, onNews }) => {
    let pace = perSecond;
    let state: StreamConsumer['state'] = 'starting';
    let killedAt = 0;
    let timer: NodeJS.Timeout | undefined;
    let member: StreamMember | undefined;
    const leave = (): void => {
      if (member !== undefined) kafka.leave(group, member.id);
      onNews({ kind: 'joined', tookMs: 12 });
    };
    return {
      name,
      group,
      endsAt,
      get perSecond() {
        return pace;
      },
      get state() {
        return state;
      },
      get noticedAt() {
        return new Date(killedAt + MEMORY_SESSION_MS);
      },
      setPace(next) {
        pace = next;
        onNews({ kind: 'state' });
      },
      async start() {
        if (kafka.isAway) throw new Error('away');
        member = kafka.join(group, name);
        state = 'running';
        let due = 0;
        let turn = 0;
        timer = setInterval(() => {
          due += (pace * STEP_MS) / 1_000;
          for (; due >= 1; due -= 1) kafka.handleNext(group, member?.id ?? '', turn++);
        }, STEP_MS).unref();
        onNews({ kind: 'joined', tookMs: 40 });
      },
      async stop() {
        clearInterval(timer);
        leave();
        onNews({ kind: 'ended' });
      },
      kill() {
        clearInterval(timer);
        killedAt = Date.now();
        state = 'killed';
        onNews({ kind: 'state' });
        setTimeout(leave, MEMORY_SESSION_MS).unref();
      },
    };
  };

/** The view's parts on it. */
export function createMemoryParts(kafka: MemoryKafka): StreamParts {
  return {
    reader: {
      async read() {
        if (kafka.isAway) throw new Error('away');
        return {
          brokers: [{ id: 1, address: 'kafka-1:9092' }],
          topics: kafka.topics(),
          groups: kafka.groups(),
          moreGroups: 0,
        };
      },
      close: async () => undefined,
    },
    openTail: (topic, changed) => kafka.tail(topic, changed),
    createConsumer: createConsumer(kafka),
    send: async (messages) => kafka.send(messages),
    close: async () => undefined,
  };
}

/** The real view on it, which looks often, with some messages from before. */
export function createMemoryStream(kafka = new MemoryKafka()): StreamView {
  const at = (ago: number): Date => new Date(Date.now() - ago * 1_000);
  kafka.send([
    { topic: 'test_topic', key: null, value: '[ann]: This is message 1', at: at(320) },
    { topic: 'test_topic', key: null, value: '[ann]: This is message 2', at: at(319) },
    { topic: 'chat', key: 'lobby', value: '[ben]: Is Kafka up again?', at: at(200) },
    { topic: 'chat', key: 'lobby', value: '[ann]: Yes, since this morning.', at: at(190) },
  ]);
  return createStreamView(createMemoryParts(kafka), pino({ level: 'silent' }), {
    everyMs: 200,
    awayMs: 200,
    graceMs: 1_000,
  });
}
