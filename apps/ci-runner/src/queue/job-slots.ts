/** The jobs on this runner: those that run, each in a slot, and those that wait for one. Knows no client of Kafka. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CiJob } from '@cloud-lab/common/ci-messages';
import type { Logger } from 'pino';
import type { PartitionOffset } from './offset-committer.ts';
import { PartitionLedger } from './partition-ledger.ts';
import { readJob } from './read-job.ts';

/** Jobs of one partition that may wait here, beyond the slots. */
const WAITING_LIMIT = 64;
const REMEMBERED_JOBS = 10_000;
const RETRY_PAUSE_MS = 5_000;

/** What is read of a message. */
export interface JobMessage {
  offset: string;
  /** Milliseconds since 1970. */
  timestamp: string;
  value: Buffer | null;
}

interface Entry {
  job: CiJob;
  partition: number;
  offset: number;
  ledger: PartitionLedger;
  /** When it was sent. */
  since: number;
}

interface Run extends Entry {
  lost: AbortController;
  ended: Promise<void>;
}

/** What the slots need. */
export interface JobSlotsOptions {
  logger: Logger;
  /** How many jobs run at once. */
  slots: number;
  /** Does the job and records its result; throws only when `signal` aborts, and then the job goes to another runner. */
  handle: (job: CiJob, signal: AbortSignal) => Promise<void>;
  /** False while nobody can say whether the partitions are still this runner's: nothing starts then. */
  mayStart: () => boolean;
  /** Called when `due` may have changed. */
  onChange: () => void;
}

/** The running and the waiting jobs of one runner, and a ledger for each partition that it has. */
export class JobSlots {
  readonly #options: JobSlotsOptions;
  readonly #ledgers = new Map<number, PartitionLedger>();
  readonly #runs = new Map<string, Run>();
  readonly #recorded = new Set<string>();
  #waiting: Entry[] = [];
  /** While the group forms anew: the partitions that this runner is sure to keep. */
  #claimed: Set<number> | null = null;
  #room: PromiseWithResolvers<void> | null = null;
  #stopped = false;

  constructor(options: JobSlotsOptions) {
    this.#options = options;
  }

  /** The ids of the jobs that run, also of those that were aborted and still clear up. */
  get running(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Resolves when more jobs are wanted; null when they are now. */
  get room(): Promise<void> | null {
    return this.#room?.promise ?? null;
  }

  /** What the group may mark as done and has not yet. */
  get due(): PartitionOffset[] {
    return [...this.#ledgers].flatMap(([partition, { due }]) => (due === null ? [] : [{ partition, offset: due }]));
  }

  /** Notes that the group has it on record. */
  noteCommitted({ partition, offset }: PartitionOffset): void {
    this.#ledgers.get(partition)?.noteCommitted(offset);
  }

  /** What this runner has and would keep when the group forms anew. Until `adopt`, jobs start in busy partitions only. */
  claim(): { busy: number[]; owned: number[] } {
    const busy = new Set<number>();
    for (const run of this.#runs.values()) if (this.#isOurs(run)) busy.add(run.partition);
    this.#claimed = busy;
    return { busy: [...busy], owned: [...this.#ledgers.keys()] };
  }

  /**
   * Takes on what the group gave to this runner, and aborts the jobs of what it took away. What waited comes again, from
   * the group's mark on: another may have had the partition meanwhile, and done it.
   */
  adopt(partitions: readonly number[]): void {
    this.#claimed = null;
    this.#waiting = [];
    const runs = [...this.#runs.values()];
    for (const [partition, ledger] of this.#ledgers) {
      if (!partitions.includes(partition)) this.#ledgers.delete(partition);
      else ledger.restart(runs.filter((run) => run.ledger === ledger).map(({ offset }) => offset));
    }
    for (const partition of partitions) {
      if (!this.#ledgers.has(partition)) this.#ledgers.set(partition, new PartitionLedger());
    }
    for (const run of runs) {
      if (!this.#isOurs(run)) run.lost.abort(new Error('The job was given to another runner.'));
    }
    this.#measureRoom();
  }

  /**
   * Takes messages as they lie in the partition, as many as may wait here. Returns the offset of the last one taken,
   * undefined where none was; the others have to be given again.
   */
  absorb(partition: number, messages: readonly JobMessage[]): string | undefined {
    const ledger = this.#ledgers.get(partition);
    if (ledger === undefined) return undefined;
    const { logger, slots } = this.#options;
    let places = slots + WAITING_LIMIT - this.#waiting.filter((entry) => entry.partition === partition).length;
    let last: string | undefined;
    for (const message of messages) {
      if (places <= 0) break;
      last = message.offset;
      const offset = Number(last);
      if (!ledger.take(offset)) continue;
      const job = readJob(message.value);
      if (job === null) {
        logger.error({ partition, offset }, 'A message on ci.jobs is no job: passed over');
        ledger.finish(offset);
        continue;
      }
      this.#waiting.push({ job, partition, offset, ledger, since: Number(message.timestamp) });
      places -= 1;
    }
    this.#waiting.sort((a, b) => a.since - b.since);
    this.#measureRoom();
    // Once all partitions of the fetch have been taken in: the oldest job may lie in the last.
    queueMicrotask(() => this.startNext());
    return last;
  }

  /** Starts what waits, the oldest first, while there are free slots. */
  startNext(): void {
    this.#waiting = this.#waiting.filter((entry) => {
      const { job, ledger, offset } = entry;
      if (this.#recorded.has(job.id)) {
        ledger.finish(offset);
        return false;
      }
      if (!this.#mayStart(entry)) return true;
      this.#start(entry);
      return false;
    });
    this.#measureRoom();
    this.#options.onChange();
  }

  /** Starts no more jobs, aborts those that run, and waits for them. What they finish all the same is due. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const runs = [...this.#runs.values()];
    for (const { lost } of runs) lost.abort(new Error('The runner stops.'));
    await Promise.all(runs.map(({ ended }) => ended));
  }

  #measureRoom(): void {
    if (this.#waiting.length >= this.#options.slots) {
      this.#room ??= Promise.withResolvers();
    } else {
      this.#room?.resolve();
      this.#room = null;
    }
  }

  #isOurs({ partition, ledger }: Entry): boolean {
    return this.#ledgers.get(partition) === ledger;
  }

  #mayStart({ job, partition }: Entry): boolean {
    return (
      !this.#stopped &&
      this.#runs.size < this.#options.slots &&
      // It was taken away and came back before its abort was over, or it was asked for twice.
      !this.#runs.has(job.id) &&
      (this.#claimed === null || this.#claimed.has(partition)) &&
      this.#options.mayStart()
    );
  }

  #start(entry: Entry): void {
    const ended = Promise.withResolvers<void>();
    const run = { ...entry, lost: new AbortController(), ended: ended.promise };
    this.#runs.set(entry.job.id, run);
    this.#work(run).then(() => {
      this.#runs.delete(entry.job.id);
      this.startNext();
      ended.resolve();
    });
  }

  async #work({ job, ledger, offset, lost: { signal } }: Run): Promise<void> {
    const { handle, logger } = this.#options;
    for (;;) {
      try {
        await handle(job, signal);
        this.#remember(job.id);
        ledger.finish(offset);
        return;
      } catch (error) {
        if (signal.aborted) {
          logger.warn({ err: error, job: job.id }, 'A job is left to another runner');
          return;
        }
        logger.error({ err: error, job: job.id }, 'A job could not be handled: tried again');
        await delay(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #remember(id: string): void {
    this.#recorded.add(id);
    const oldest = this.#recorded.values().next();
    if (this.#recorded.size > REMEMBERED_JOBS && oldest.done !== true) this.#recorded.delete(oldest.value);
  }
}
