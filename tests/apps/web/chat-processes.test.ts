/**
 * A client that is cut off again and again, and comes back to any of several processes which read the partitions in orders of
 * their own: it misses nothing and hears nothing twice.
 */
import type { ChatMessage } from '@cloud-lab/common/chat';
import { CHAT_TOPIC } from '@cloud-lab/common/topics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begin, type Conversation, hear, placeOf, rejoin } from '../../../apps/web/browser/chat/conversation.ts';
import type { ChatEvent } from '../../../apps/web/src/chat/listeners.ts';
import { Messenger, type MessengerOptions } from '../../../apps/web/src/chat/messenger.ts';
import { parseId } from '../../../apps/web/src/chat/reach.ts';
import { type ChatWrite, writeSaying } from '../../../apps/web/src/chat/record.ts';
import type { ChatTopics } from '../../../apps/web/src/chat/topics.ts';
import { silent, strict } from './helper.ts';

const PROCESSES = 3;
const PARTITIONS = 3;
const ROOM = 'room-0';

type Step =
  | { do: 'say'; room: number; partition: number; sendId: string | undefined }
  | { do: 'read'; process: number; partition: number; count: number }
  | { do: 'cut' }
  /** `hears`: the connection ends unnoticed after so many events; `meanwhile`: the process catches up as it is asked. */
  | { do: 'connect'; process: number; hears: number; meanwhile: boolean };

const sendId = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 2 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('say' as const),
        room: fc.nat({ max: 2 }).map((room) => Math.max(0, room - 1)),
        partition: fc.nat({ max: PARTITIONS - 1 }),
        sendId,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('read' as const),
        process: fc.nat({ max: PROCESSES - 1 }),
        partition: fc.nat({ max: PARTITIONS - 1 }),
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('connect' as const),
        process: fc.nat({ max: PROCESSES - 1 }),
        hears: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 4 })),
        meanwhile: fc.boolean(),
      }),
    },
  ),
  { minLength: 20, maxLength: 80 },
);

/** Processes that read one log, each as far as it is told to. */
class Cluster {
  readonly #log: ChatWrite[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly processes: Messenger[];

  constructor(options: Partial<MessengerOptions>) {
    const topics = strict<ChatTopics>('topics');
    this.processes = Array.from({ length: PROCESSES }, () => new Messenger({ topics, log: silent, ...options }));
    const ranges = this.#log.map((_, partition) => ({ topic: CHAT_TOPIC, partition, first: 0, end: 0 }));
    for (const process of this.processes) process.begin(ranges);
  }

  say(room: number, partition: number, id: string | undefined): void {
    const log = this.#log[partition] ?? [];
    // A sender sends to one partition; the same name in another one is another message.
    const name = id === undefined ? undefined : `${id}-${partition}`;
    log.push(writeSaying({ room: `room-${room}`, user: 'Ann', text: `${partition}:${log.length}`, sendId: name }));
  }

  read(process: number, partition: number, count = Number.POSITIVE_INFINITY): void {
    const reader = this.processes[process];
    const first = reader?.next(CHAT_TOPIC, partition) ?? 0;
    const writes = (this.#log[partition] ?? []).slice(first, first + count);
    for (const [index, write] of writes.entries()) {
      reader?.read(CHAT_TOPIC, { partition, offset: first + index }, { ...write, time: new Date(0) });
    }
  }

  readAll(process: number): void {
    for (let partition = 0; partition < PARTITIONS; partition++) this.read(process, partition);
  }

  /** Where each message of the room is that is to be seen, the first of those with one name. */
  visible(): string[] {
    return this.#log.flatMap((writes, partition) => {
      const names = new Set<string>();
      return writes.flatMap(({ key, headers }, offset) => {
        const name = headers['send-id'];
        if (key !== ROOM || (name !== undefined && names.has(name))) return [];
        if (name !== undefined) names.add(name);
        return [`${partition}:${offset}`];
      });
    });
  }
}

/** A client as the page is one. */
class Client {
  conversation: Conversation = begin({ messages: [], older: false });
  /** What it was told since it last loaded the room. */
  told: string[] = [];
  gaps = 0;
  #at = 'start';
  #leave: (() => void) | undefined;

  cut(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  async connect(process: Messenger, hears: number, meanwhile: () => void): Promise<void> {
    this.cut();
    let gap = false;
    let heard = 0;
    const onEvent = ({ event, id, data }: ChatEvent): void => {
      heard += 1;
      if (heard > hears) return;
      this.#at = id ?? this.#at;
      if (event === 'message') this.#hear(data);
      gap ||= event === 'gap';
    };
    const listening = process.listen(ROOM, { user: undefined, after: parseId(this.#at), onEvent });
    meanwhile();
    this.#leave = await listening;
    if (!gap) return;
    this.gaps += 1;
    this.cut();
    const view = await process.room(ROOM, 100);
    this.conversation = rejoin(this.conversation, view);
    this.told = [];
    this.#at = view.at;
    await this.connect(process, hears, () => undefined);
  }

  #hear(message: ChatMessage): void {
    this.told.push(placeOf(message));
    this.conversation = hear(this.conversation, message);
  }
}

async function play(played: readonly Step[], options: Partial<MessengerOptions>): Promise<[Cluster, Client]> {
  const cluster = new Cluster(options);
  const client = new Client();
  const connect = async (process: number, hears: number, meanwhile: boolean): Promise<void> => {
    const to = cluster.processes[process];
    if (to !== undefined) await client.connect(to, hears, () => meanwhile && cluster.readAll(process));
  };
  for (const step of played) {
    if (step.do === 'say') cluster.say(step.room, step.partition, step.sendId);
    if (step.do === 'read') cluster.read(step.process, step.partition, step.count);
    if (step.do === 'cut') client.cut();
    if (step.do === 'connect') await connect(step.process, step.hears, step.meanwhile);
  }
  await connect(0, Number.POSITIVE_INFINITY, true);
  cluster.readAll(0);
  return [cluster, client];
}

const seen = ({ conversation }: Client): string[] => conversation.messages.map(placeOf);

describe('a client that is cut off and comes back to any process', () => {
  it('has every message once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const [cluster, client] = await play(played, { aheadMs: 0 });
        expect(seen(client).toSorted()).toEqual(cluster.visible().toSorted());
        expect(new Set(client.told).size).toBe(client.told.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is told of a gap where its room was forgotten, and otherwise has every message once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const [cluster, client] = await play(played, { aheadMs: 0, maxRooms: 1 });
        expect(new Set(client.told).size).toBe(client.told.length);
        expect(new Set(seen(client)).size).toBe(seen(client).length);
        // A name that was forgotten with its room may be shown again.
        if (client.gaps === 0) expect(seen(client)).toEqual(expect.arrayContaining(cluster.visible()));
      }),
      { numRuns: 300 },
    );
  });

  it('hears the same order of one partition as all others', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const [, client] = await play(played, { aheadMs: 0 });
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const offsets = seen(client)
            .map((place) => place.split(':').map(Number))
            .filter(([of]) => of === partition)
            .map(([, offset]) => offset ?? 0);
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 100 },
    );
  });
});
