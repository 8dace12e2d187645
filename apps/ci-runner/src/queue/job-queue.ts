/**
 * Takes jobs from Kafka, one at a time. A job's offset is committed only when its result is recorded, and the runner
 * stays a member of its group while the job runs: it pauses the topic instead of holding up the consumer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_JOBS_TOPIC, CiJob } from '@cloud-lab/common/ci-messages';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { Value } from 'typebox/value';
import { createJobAssigner } from './job-assigner.ts';

const GROUP = 'ci-runners';
/** A runner that is gone this long gives its partitions, and so its job, to another. */
const SESSION_TIMEOUT_MS = 15_000;
/** Also how long it may take until a runner notices that another came or went. */
const HEARTBEAT_MS = 1_000;
/** Also how long a paused runner may take to notice that it isn't any more. */
const FETCH_WAIT_MS = 250;
const RESTART_PAUSE_MS = 2_000;
const COMMIT_TRIES = 20;
const REMEMBERED_JOBS = 200;

interface Current {
  job: CiJob;
  partition: number;
  offset: string;
  lost: AbortController;
}

export interface JobQueueOptions {
  kafka: Kafka;
  logger: Logger;
  /** Does the job and records its result; throws only when `signal` aborts, and then the job goes to another runner. */
  handle: (job: CiJob, signal: AbortSignal) => Promise<void>;
}

export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #stopping = new AbortController();
  #consumer: Consumer | null = null;
  #current: Current | null = null;
  #working: Promise<void> = Promise.resolve();
  #serving: Promise<void> = Promise.resolve();
  #owned: number[] = [];
  #lastContact = 0;
  readonly #recorded = new Set<string>();

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  /** When the group's coordinator last answered, in milliseconds since 1970; 0 for never. */
  get lastContact(): number {
    return this.#lastContact;
  }

  /** The id of the job that runs now. */
  get currentJob(): string | null {
    return this.#current?.job.id ?? null;
  }

  /** Begins to take jobs, as soon as Kafka is there, until `stop`. */
  start(): void {
    this.#serving = this.#serve();
  }

  /** Stops the job that runs, leaves it uncommitted, and leaves the group so that another runner gets it at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The runner stops.'));
    this.#current?.lost.abort(new Error('The runner stops.'));
    await this.#working;
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#consumeUntilCrash(signal);
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'Kafka does not give jobs for now');
      }
      await delay(RESTART_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #consumeUntilCrash(signal: AbortSignal): Promise<void> {
    const consumer = this.#options.kafka.consumer({
      groupId: GROUP,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      partitionAssigners: [createJobAssigner(() => ({ busy: this.#current?.partition ?? null, owned: this.#owned }))],
    });
    const ended = Promise.withResolvers<void>();
    const end = () => ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    consumer.on(consumer.events.HEARTBEAT, () => this.#noteContact());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.#adopt(payload.memberAssignment[CI_JOBS_TOPIC] ?? []),
    );
    // kafkajs starts again by itself after most crashes, and says when it doesn't.
    consumer.on(consumer.events.CRASH, ({ payload }) => (payload.restart ? undefined : ended.reject(payload.error)));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [CI_JOBS_TOPIC], fromBeginning: true });
      this.#consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#takeFrom(consumer, payload),
      });
      await ended.promise;
    } finally {
      this.#consumer = null;
      signal.removeEventListener('abort', end);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  #noteContact(): void {
    this.#lastContact = Date.now();
  }

  #adopt(partitions: number[]): void {
    this.#noteContact();
    this.#owned = partitions;
    const current = this.#current;
    if (current !== null && !partitions.includes(current.partition)) {
      current.lost.abort(new Error('The job was given to another runner.'));
    }
  }

  async #takeFrom(consumer: Consumer, { batch, resolveOffset, isStale }: EachBatchPayload): Promise<void> {
    for (const message of batch.messages) {
      if (isStale()) return;
      if (this.#current !== null || this.#stopping.signal.aborted) {
        // After a crash kafkajs has forgotten the pause. What isn't resolved here is fetched again later.
        consumer.pause([{ topic: CI_JOBS_TOPIC }]);
        return;
      }
      const job = this.#readJob(message.value, message.offset);
      if (job !== null) {
        consumer.pause([{ topic: CI_JOBS_TOPIC }]);
        this.#current = { job, partition: batch.partition, offset: message.offset, lost: new AbortController() };
        this.#working = this.#work(this.#current);
        return;
      }
      await consumer.commitOffsets([afterMessage(batch.partition, message.offset)]);
      resolveOffset(message.offset);
    }
  }

  #readJob(value: Buffer | null, offset: string): CiJob | null {
    let job: unknown = null;
    try {
      job = JSON.parse(value?.toString('utf8') ?? 'null');
    } catch {
      // Told below, as any other message that is no job.
    }
    if (!Value.Check(CiJob, job)) {
      this.#options.logger.error({ offset }, 'A message on ci.jobs is no job: passed over');
      return null;
    }
    return this.#recorded.has(job.id) ? null : job;
  }

  async #work(current: Current): Promise<void> {
    const { logger, handle } = this.#options;
    const { job, lost } = current;
    try {
      await handle(job, lost.signal);
      this.#remember(job.id);
      await this.#commit(current);
    } catch (error) {
      logger.warn({ err: error, job: job.id }, 'A job is left to another runner');
    } finally {
      this.#current = null;
      this.#resume();
    }
  }

  #remember(id: string): void {
    this.#recorded.add(id);
    const oldest = this.#recorded.values().next();
    if (this.#recorded.size > REMEMBERED_JOBS && oldest.done !== true) this.#recorded.delete(oldest.value);
  }

  /** Tries for a while: a group that is just forming anew refuses commits. */
  async #commit({ job, partition, offset, lost }: Current): Promise<void> {
    const next = afterMessage(partition, offset);
    for (let tries = 1; !lost.signal.aborted; tries += 1) {
      try {
        const consumer = this.#consumer;
        if (consumer === null) throw new Error('Kafka is away.');
        await consumer.commitOffsets([next]);
        consumer.seek(next);
        return;
      } catch (error) {
        if (tries === COMMIT_TRIES) {
          this.#options.logger.warn({ err: error, job: job.id }, 'A finished job could not be marked as done');
          return;
        }
        await delay(500);
      }
    }
  }

  #resume(): void {
    try {
      this.#consumer?.resume([{ topic: CI_JOBS_TOPIC }]);
    } catch {
      // A consumer that is just starting has nothing paused.
    }
  }
}

const afterMessage = (partition: number, offset: string) => ({
  topic: CI_JOBS_TOPIC,
  partition,
  offset: String(BigInt(offset) + 1n),
});
