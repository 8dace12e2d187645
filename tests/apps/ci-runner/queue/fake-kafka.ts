/** A group with one member, as kafkajs shows it: fetches, rebalances, crashes and commits like the client, without a broker. */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_JOBS_TOPIC } from '@cloud-lab/common/ci-messages';
import type { ConsumerConfig, ConsumerRunConfig, Kafka } from 'kafkajs';
import { readClaim } from '../../../../apps/ci-runner/src/queue/job-assigner.ts';
import type { JobMessage } from '../../../../apps/ci-runner/src/queue/job-slots.ts';
import type { Claim } from '../../../../apps/ci-runner/src/queue/share-partitions.ts';

const EVENTS = { HEARTBEAT: 'heartbeat', CRASH: 'crash', GROUP_JOIN: 'join' } as const;
const PAUSE_MS = 10;

type EachBatch = NonNullable<ConsumerRunConfig['eachBatch']>;
type Commit = { partition: number; offset: string };

export class FakeKafka {
  /** The messages of each partition. */
  readonly log: JobMessage[][];
  /** What the group has on record. */
  readonly committed: number[];
  /** What the member gets when it joins. */
  share: number[];
  /** What it said of itself when it joined last. */
  claim: Claim | null = null;
  /** Kept by the broker from answering at all. */
  unreachable = false;
  refusesCommits = false;
  /** How long a commit takes. */
  commitMs = 0;
  fetches = 0;
  left = 0;
  crashes = 0;
  #consumer: FakeConsumer | null = null;

  constructor(partitions: number) {
    this.share = Array.from({ length: partitions }, (_, partition) => partition);
    this.log = this.share.map(() => []);
    this.committed = this.share.map(() => 0);
  }

  /** What the queue takes for the client. */
  get client(): Kafka {
    const consumer = (config: ConsumerConfig) => {
      this.#consumer = new FakeConsumer(this, config);
      return this.#consumer;
    };
    return { consumer } as unknown as Kafka;
  }

  /** The group forms anew, and the member has `share` from then on. */
  rebalance(share: number[]): void {
    this.share = share;
    this.#current.failure = 'rebalance';
  }

  /** The member asks to join anew, is refused for now, and goes on as the one that it was: nobody is told. */
  refuseRejoin(): void {
    this.#current.failure = 'refused';
  }

  /** The client gives up. */
  crash(): void {
    this.#current.failure = 'crash';
  }

  get #current(): FakeConsumer {
    if (this.#consumer === null) throw new Error('There is no consumer.');
    return this.#consumer;
  }
}

class FakeConsumer {
  readonly events = EVENTS;
  failure: 'rebalance' | 'refused' | 'crash' | null = null;
  readonly #kafka: FakeKafka;
  readonly #config: ConsumerConfig;
  readonly #listeners = new Map<string, (event: { payload: object }) => void>();
  #running = false;
  #loop: Promise<void> = Promise.resolve();
  #positions: number[] = [];

  constructor(kafka: FakeKafka, config: ConsumerConfig) {
    this.#kafka = kafka;
    this.#config = config;
  }

  on(event: string, listener: (event: { payload: object }) => void): void {
    this.#listeners.set(event, listener);
  }

  async connect(): Promise<void> {
    while (this.#kafka.unreachable) await delay(PAUSE_MS);
  }

  async subscribe(): Promise<void> {}

  async run({ eachBatch }: ConsumerRunConfig): Promise<void> {
    if (eachBatch === undefined) throw new Error('The queue takes batches.');
    this.#running = true;
    this.#join();
    this.#loop = this.#fetchAll(eachBatch);
  }

  async commitOffsets(commits: Commit[]): Promise<void> {
    await delay(this.#kafka.commitMs);
    // As kafkajs does: nothing is committed, and nothing is said.
    if (!this.#running) return;
    if (this.#kafka.refusesCommits) throw new Error('The group is rebalancing, so a rejoin is needed');
    for (const { partition, offset } of commits) this.#kafka.committed[partition] = Number(offset);
  }

  async disconnect(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    await this.#loop;
    this.#kafka.left += 1;
  }

  #askToJoin(): void {
    const [createAssigner] = this.#config.partitionAssigners ?? [];
    const assigner = createAssigner?.({ cluster: undefined } as never);
    const metadata = assigner?.protocol({ topics: [CI_JOBS_TOPIC] }).metadata;
    this.#kafka.claim = readClaim('me', metadata ?? Buffer.alloc(0));
  }

  #join(): void {
    const { share, committed } = this.#kafka;
    this.#askToJoin();
    this.#positions = [...committed];
    this.#emit(EVENTS.GROUP_JOIN, { memberAssignment: { [CI_JOBS_TOPIC]: [...share] } });
  }

  async #fetchAll(eachBatch: EachBatch): Promise<void> {
    while (this.#running) {
      const batches = this.#kafka.share.flatMap((partition) => {
        const messages = this.#kafka.log[partition]?.slice(this.#positions[partition]) ?? [];
        return messages.length === 0 ? [] : [{ partition, messages }];
      });
      this.#kafka.fetches += batches.length === 0 ? 0 : 1;
      const results = await Promise.allSettled([...batches.map((batch) => this.#give(eachBatch, batch)), this.#beat()]);
      if (results.every(({ status }) => status === 'fulfilled')) {
        await delay(PAUSE_MS);
        continue;
      }
      const { failure } = this;
      this.failure = null;
      if (failure === 'crash') {
        this.#running = false;
        this.#kafka.crashes += 1;
        this.#emit(EVENTS.CRASH, { error: new Error('The broker is away.'), restart: false });
      } else if (failure === 'refused') this.#askToJoin();
      else this.#join();
    }
  }

  async #give(eachBatch: EachBatch, batch: { partition: number; messages: JobMessage[] }): Promise<void> {
    const resolveOffset = (offset: string) => {
      this.#positions[batch.partition] = Number(offset) + 1;
    };
    const payload = { batch, resolveOffset, heartbeat: () => this.#beat(), isRunning: () => this.#running };
    await eachBatch(payload as unknown as Parameters<EachBatch>[0]);
  }

  async #beat(): Promise<void> {
    if (this.failure !== null) throw new Error(this.failure);
    this.#emit(EVENTS.HEARTBEAT, {});
  }

  #emit(event: string, payload: object): void {
    this.#listeners.get(event)?.({ payload });
  }
}
