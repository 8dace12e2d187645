/**
 * Takes jobs from Kafka, several at a time. A job's offset is committed only when its result is recorded, and the runner
 * stays a member of its group while jobs run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_JOBS_TOPIC, type CiJob } from '@cloud-lab/common/ci-messages';
import { RUNNERS_GROUP } from '@cloud-lab/common/topics';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { abortable } from './abortable.ts';
import { createJobAssigner } from './job-assigner.ts';
import { JobSlots } from './job-slots.ts';
import { OffsetCommitter, type PartitionOffset } from './offset-committer.ts';

/** A runner that is silent this long gives its partitions, and so its jobs, to others. */
const SESSION_TIMEOUT_MS = 10_000;
/** Also how long it may take until a runner notices that another came or went. */
const HEARTBEAT_MS = 1_000;
/** How long a fetch waits for messages; it returns at once when there are some. */
const FETCH_WAIT_MS = 500;
/** About fifty jobs. */
const FETCH_BYTES = 16_384;
/** All partitions of a fetch are taken in together, however many there are. */
const PARTITIONS_AT_ONCE = 64;
const RESTART_PAUSE_MS = 1_000;
/** Longer than the group needs to form anew, with a broker that is slow besides. */
const REJOIN_LIMIT_MS = 30_000;
const FLUSH_LIMIT_MS = 2_000;
const LEAVE_LIMIT_MS = 3_000;

/**
 * kafkajs would start a crashed consumer again in a timer of its own, where a second failure is an unhandled rejection,
 * and which outlives `disconnect`: the loop below is the only one to start again.
 */
const RETRY = { retries: 5, restartOnFailure: async () => false };

/** What the queue needs. */
export interface JobQueueOptions {
  kafka: Kafka;
  logger: Logger;
  /** How many jobs run at once. */
  slots: number;
  /** Does the job and records its result; throws only when `signal` aborts, and then the job goes to another runner. */
  handle: (job: CiJob, signal: AbortSignal) => Promise<void>;
  /** How long the group may take to form anew. */
  rejoinLimitMs?: number;
}

/** One runner's place in the group of runners. Errors of Kafka are told in the log, and the queue goes on when it is back. */
export class JobQueue {
  readonly #kafka: Kafka;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #jobs: JobSlots;
  readonly #committer: OffsetCommitter;
  readonly #rejoinLimitMs: number;
  /** The consumer, while it is a member of the group. */
  #member: Consumer | null = null;
  #serving: Promise<void> = Promise.resolve();
  #lastContact = 0;

  constructor({ kafka, logger, slots, handle, rejoinLimitMs = REJOIN_LIMIT_MS }: JobQueueOptions) {
    this.#kafka = kafka;
    this.#logger = logger;
    this.#rejoinLimitMs = rejoinLimitMs;
    this.#jobs = new JobSlots({
      logger,
      slots,
      handle,
      mayStart: () => Date.now() - this.#lastContact < SESSION_TIMEOUT_MS,
      onChange: () => this.#committer.commitSoon(),
    });
    this.#committer = new OffsetCommitter({
      logger,
      due: () => this.#jobs.due,
      commit: (offsets) => this.#commit(offsets),
    });
  }

  /** When the group's coordinator last answered, in milliseconds since 1970; 0 for never. */
  get lastContact(): number {
    return this.#lastContact;
  }

  /** The ids of the jobs that run now, also of those that were aborted and still clear up. */
  get currentJobs(): readonly string[] {
    return this.#jobs.running;
  }

  /** Begins to take jobs, as soon as Kafka is there, until `stop`. */
  start(): void {
    this.#serving = this.#serve();
  }

  /** Aborts the jobs that run, waits for them, and leaves the group so that other runners get them at once. */
  async stop(): Promise<void> {
    // A member meanwhile: what ends after all can still be committed.
    await this.#jobs.stop();
    await this.#committer.close(FLUSH_LIMIT_MS);
    this.#stopping.abort(new Error('The runner stops.'));
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#consume(signal);
      } catch (error) {
        if (!signal.aborted) this.#logger.warn({ err: error }, 'Kafka does not give jobs for now');
      }
      await delay(RESTART_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes jobs with one consumer until it crashes or the signal aborts; always throws. */
  async #consume(signal: AbortSignal): Promise<void> {
    /** Since when it has been joining the group, in milliseconds since 1970; null when it is not. */
    let joiningSince: number | null = null;
    const claim = () => {
      joiningSince = Date.now();
      return this.#jobs.claim();
    };
    const consumer = this.#kafka.consumer({
      groupId: RUNNERS_GROUP,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      retry: RETRY,
      partitionAssigners: [createJobAssigner(claim)],
    });
    const crashed = Promise.withResolvers<never>();
    let inUse = true;
    consumer.on(consumer.events.HEARTBEAT, () => {
      if (!inUse) return;
      // Where the coordinator loads the group while a member joins, kafkajs goes on as the member that it was, and tells nobody.
      if (joiningSince !== null && Date.now() - joiningSince > this.#rejoinLimitMs)
        crashed.reject(new Error('The group of runners answers, but has not taken this one in anew.'));
      this.#noteContact();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => crashed.reject(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (!inUse) return;
      joiningSince = null;
      this.#member = consumer;
      this.#lastContact = Date.now();
      this.#jobs.adopt(payload.memberAssignment[CI_JOBS_TOPIC] ?? []);
    });
    try {
      await abortable(Promise.all([this.#join(consumer), crashed.promise]), signal);
    } finally {
      inUse = false;
      this.#member = null;
      // Out of the group: until it has joined again, nothing starts that may be another's.
      this.#jobs.claim();
      await abortable(consumer.disconnect(), AbortSignal.timeout(LEAVE_LIMIT_MS)).catch(() => undefined);
    }
  }

  async #join(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [CI_JOBS_TOPIC], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#takeFrom(payload),
    });
  }

  #noteContact(): void {
    this.#lastContact = Date.now();
    this.#jobs.startNext();
  }

  /**
   * Takes the messages, and holds up the consumer until more are wanted. It is not paused instead: then it would look
   * only now and then whether it still is, and forget it in a crash.
   */
  async #takeFrom({ batch, resolveOffset, heartbeat, isRunning }: EachBatchPayload): Promise<void> {
    const last = this.#jobs.absorb(batch.partition, batch.messages);
    if (last !== undefined) resolveOffset(last);
    const { signal } = this.#stopping;
    for (let { room } = this.#jobs; room !== null && isRunning() && !signal.aborted; { room } = this.#jobs) {
      await Promise.race([room, delay(FETCH_WAIT_MS, undefined, { signal }).catch(() => undefined)]);
      await heartbeat();
    }
  }

  async #commit(offsets: PartitionOffset[]): Promise<void> {
    const consumer = this.#member;
    if (consumer === null) throw new Error('Kafka is away.');
    await consumer.commitOffsets(
      offsets.map(({ partition, offset }) => ({ topic: CI_JOBS_TOPIC, partition, offset: String(offset) })),
    );
    // A consumer that crashed meanwhile resolves too, and has committed nothing.
    if (this.#member !== consumer) throw new Error('Kafka is away.');
    for (const offset of offsets) this.#jobs.noteCommitted(offset);
  }
}
