/** The chat over topics in the memory of the tests, instead of Kafka: any number of web processes may share them. */
import { formatMessage } from '@cloud-lab/common/chat';
import { CHAT_PRESENCE_TOPIC, CHAT_TOPIC, LAB_TOPICS } from '@cloud-lab/common/topics';
import { pino } from 'pino';
import { Messenger, type MessengerOptions } from '../../apps/web/src/chat/messenger.ts';
import type { ChatRecord, ChatWrite } from '../../apps/web/src/chat/record.ts';
import type { ChatTopics, PartitionRange, TopicReader } from '../../apps/web/src/chat/topics.ts';

const TOPICS = LAB_TOPICS.filter(({ topic }) => topic === CHAT_TOPIC || topic === CHAT_PRESENCE_TOPIC);

/** The topics of the chat, as a broker has them. */
export class MemoryTopics {
  #partitions = new Map<string, ChatRecord[][]>();
  readonly #readers = new Set<TopicReader>();
  #isAway = false;
  #isHeld = false;

  constructor() {
    this.#makeTopics();
  }

  /** What one process has of them. */
  connect(): ChatTopics {
    let reader: TopicReader | undefined;
    return {
      start: (given) => {
        reader = given;
        this.#readers.add(given);
        setImmediate(() => this.#begin(given));
      },
      send: async (topic, messages) => {
        if (this.#isAway) throw new Error('the broker is away');
        for (const message of messages) this.append(topic, message);
      },
      stop: async () => {
        if (reader !== undefined) this.#readers.delete(reader);
      },
    };
  }

  /** Writes as any client may; without `partition` to that of the key. */
  append(
    topic: string,
    { key, value, headers }: Partial<ChatWrite>,
    { partition = this.partitionOf(topic, key ?? ''), time = new Date() } = {},
  ): void {
    this.#partitions.get(topic)?.[partition]?.push({ key, value, headers: headers ?? {}, time });
    for (const reader of this.#readers) setImmediate(() => this.#feed(reader));
  }

  /** The broker takes nothing and gives nothing, until it is back. */
  setAway(isAway: boolean): void {
    this.#isAway = isAway;
    if (!isAway) for (const reader of this.#readers) this.#begin(reader);
  }

  /** The broker takes messages but gives none, until the function that this gives is called. */
  holdReading(): () => void {
    this.#isHeld = true;
    return () => {
      this.#isHeld = false;
      for (const reader of this.#readers) this.#feed(reader);
    };
  }

  /** Another broker is there, with empty topics. */
  renew(): void {
    this.#makeTopics();
    for (const reader of this.#readers) this.#begin(reader);
  }

  partitionOf(topic: string, key: string): number {
    const sum = [...key].reduce((before, character) => (before * 31 + character.charCodeAt(0)) % 65_521, 7);
    return sum % (this.#partitions.get(topic)?.length ?? 1);
  }

  #makeTopics(): void {
    this.#partitions = new Map(
      TOPICS.map(({ topic, partitions }) => [topic, Array.from({ length: partitions }, () => [])]),
    );
  }

  #begin(reader: TopicReader): void {
    if (this.#isAway || !this.#readers.has(reader)) return;
    const ranges: PartitionRange[] = [...this.#partitions].flatMap(([topic, partitions]) =>
      partitions.map(({ length }, partition) => ({ topic, partition, first: 0, end: length })),
    );
    reader.begin(ranges);
    this.#feed(reader);
  }

  #feed(reader: TopicReader): void {
    if (this.#isAway || this.#isHeld || !this.#readers.has(reader)) return;
    for (const [topic, partitions] of this.#partitions) {
      for (const [partition, records] of partitions.entries()) {
        const first = reader.next(topic, partition);
        for (const [index, record] of records.slice(first).entries()) {
          reader.read(topic, { partition, offset: first + index }, record);
        }
      }
    }
  }
}

/** The chat of one web process over these topics; its reading has begun. */
export function createMemoryChat(
  topics = new MemoryTopics(),
  options: Partial<Omit<MessengerOptions, 'topics'>> = {},
): Messenger {
  const chat = new Messenger({ topics: topics.connect(), log: pino({ level: 'silent' }), ...options });
  chat.start();
  return chat;
}

const TALK: readonly (readonly [minutesAgo: number, user: string, text: string])[] = [
  [1_466, 'Ben', 'Does anybody know why my consumer starts at the end of the topic?'],
  [
    1_464,
    'Dr. Weber',
    'A new group begins where its reset policy says. Ask it for the beginning:\nfromBeginning: true',
  ],
  [1_463, 'Ben', 'That was it, thank you!'],
  [42, 'Carla', 'The exercise for today is at http://localhost:24000/git/myapp.git, the branch is exercise-3.'],
  [41, 'Carla', 'Coverage has to stay above 80 %.'],
  [17, 'Ann', 'My run fails in the sandbox with “no such file: data.csv”. Is that me or the lab?'],
  [15, 'Ben', 'You. It is not in the repository, have a look at your .gitignore :)'],
  [14, 'Ann', 'Oh. Right.'],
  [3, '', 'Run of exercise-3 passed: 41 tests, coverage 87.5 %'],
  [1, 'Ann', 'And green it is.'],
];

/** Some talk in the lobby, as of now. */
export function sampleTalk(topics: MemoryTopics): void {
  for (const [minutes, user, text] of TALK) {
    const value = user === '' ? text : formatMessage(user, text);
    topics.append(CHAT_TOPIC, { key: 'lobby', value }, { time: new Date(Date.now() - minutes * 60_000) });
  }
}
