/** A consumer of the playground that somebody started on the page: it can be slowed down, stopped, and killed. */
import { setTimeout as delay } from 'node:timers/promises';
import { PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import type { Consumer, EachBatchPayload, ISocketFactory, Kafka } from 'kafkajs';
import type { StreamConsumer } from '../schemas/stream.ts';
import { createCuttableSockets } from './cuttable-sockets.ts';

/** Makes a Kafka client of this name, over the connections of `socketFactory` where it is given. */
export type ConnectKafka = (clientId: string, socketFactory?: ISocketFactory) => Kafka;

/** What a consumer tells of itself. */
export type ConsumerNews =
  /** The state has changed. */
  | { kind: 'state' }
  /** It has heard that its group shares the partitions anew. */
  | { kind: 'rebalancing' }
  /** It is in its group (again); that took so long. */
  | { kind: 'joined'; tookMs: number }
  /** It is no more; `problem` says why where nobody asked for that. */
  | { kind: 'ended'; problem?: string };

export interface DemoConsumerOptions {
  connect: ConnectKafka;
  name: string;
  group: string;
  perSecond: number;
  endsAt: Date;
  onNews: (news: ConsumerNews) => void;
  /** After which the group gives up a member that is silent, in milliseconds (10 000). */
  sessionMs?: number;
}

const SESSION_MS = 10_000;
/** Short, so that a member soon hears of a rebalance. */
const HEARTBEAT_MS = 500;
const FETCH_WAIT_MS = 300;
const LEAVE_MS = 5_000;
const RETRY = { retries: 4, initialRetryTime: 200, maxRetryTime: 1_000, restartOnFailure: async () => false };

export class DemoConsumer {
  readonly name: string;
  readonly group: string;
  readonly endsAt: Date;
  readonly #onNews: (news: ConsumerNews) => void;
  readonly #sessionMs: number;
  readonly #sockets = createCuttableSockets();
  readonly #consumer: Consumer;
  readonly #ending = new AbortController();
  #perSecond: number;
  #paceChanged = new AbortController();
  #state: StreamConsumer['state'] = 'starting';
  #lastContact = Date.now();

  constructor({ connect, name, group, perSecond, endsAt, onNews, sessionMs = SESSION_MS }: DemoConsumerOptions) {
    this.name = name;
    this.group = group;
    this.endsAt = endsAt;
    this.#perSecond = perSecond;
    this.#onNews = onNews;
    this.#sessionMs = sessionMs;
    this.#consumer = connect(name, this.#sockets.factory).consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: RETRY,
    });
  }

  get state(): StreamConsumer['state'] {
    return this.#state;
  }

  /** When its group gives it up at the latest, if it is silent from now on. */
  get noticedAt(): Date {
    return new Date(this.#lastContact + this.#sessionMs);
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  setPace(perSecond: number): void {
    this.#perSecond = perSecond;
    this.#paceChanged.abort();
    this.#paceChanged = new AbortController();
    this.#onNews({ kind: 'state' });
  }

  /** Resolves when it reads. @throws why it cannot */
  async start(): Promise<void> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, REBALANCING, HEARTBEAT, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#noteContact();
      this.#setState('running');
      this.#onNews({ kind: 'joined', tookMs: payload.duration });
    });
    consumer.on(REBALANCING, () => this.#onNews({ kind: 'rebalancing' }));
    consumer.on(HEARTBEAT, () => this.#noteContact());
    const crashed = Promise.withResolvers<never>();
    consumer.on(CRASH, ({ payload }) => {
      crashed.reject(payload.error);
      if (!this.#ending.signal.aborted) this.#end('Kafka is away');
    });
    // Nobody waits for it any more once it reads.
    crashed.promise.catch(() => undefined);
    await Promise.race([this.#join(), crashed.promise]);
  }

  /** Leaves the group, which shares its partitions out at once. */
  async stop(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#setState('stopping');
    const left = this.#consumer.disconnect().catch(() => undefined);
    await Promise.race([left, delay(LEAVE_MS, undefined, { ref: false })]);
    this.#sockets.cut();
    this.#end();
  }

  /** Cuts its connections: for the group it is there until its session times out. */
  kill(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#sockets.cut();
    this.#setState('killed');
    // What it still tries finds no connection.
    void this.#consumer.disconnect().catch(() => undefined);
  }

  async #join(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [PLAYGROUND_TOPIC], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#handle(payload),
    });
  }

  /** Handles a few messages at its pace, each committed as it is done; the partitions have their turns. */
  async #handle({
    batch,
    resolveOffset,
    heartbeat,
    isRunning,
    commitOffsetsIfNecessary,
  }: EachBatchPayload): Promise<void> {
    for (const { offset } of batch.messages.slice(0, Math.max(1, Math.ceil(this.#perSecond / 4)))) {
      await this.#work(heartbeat);
      if (!isRunning() || this.#ending.signal.aborted) return;
      const next = String(BigInt(offset) + 1n);
      const { topic, partition } = batch;
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
      this.#noteContact();
      resolveOffset(offset);
      await heartbeat();
    }
  }

  /** What a real consumer would do with a message takes this long; meanwhile its group hears that it is alive. */
  async #work(heartbeat: () => Promise<void>): Promise<void> {
    const begun = Date.now();
    for (;;) {
      const left = begun + 1_000 / this.#perSecond - Date.now();
      if (left <= 0 || this.#ending.signal.aborted) return;
      const signal = AbortSignal.any([this.#ending.signal, this.#paceChanged.signal]);
      await delay(Math.min(left, HEARTBEAT_MS), undefined, { signal }).catch(() => undefined);
      if (!this.#ending.signal.aborted) await heartbeat();
    }
  }

  #noteContact(): void {
    if (!this.#ending.signal.aborted) this.#lastContact = Date.now();
  }

  #setState(state: StreamConsumer['state']): void {
    if (this.#ending.signal.aborted && state === 'running') return;
    this.#state = state;
    this.#onNews({ kind: 'state' });
  }

  #end(problem?: string): void {
    this.#ending.abort();
    this.#onNews(problem === undefined ? { kind: 'ended' } : { kind: 'ended', problem });
  }
}
