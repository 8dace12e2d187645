/** Jobs for tests, as they lie in Kafka, and a handler that ends them when the test says so. */
import type { CiJob } from '@cloud-lab/common/ci-messages';
import type { JobMessage } from '../../../../apps/ci-runner/src/queue/job-slots.ts';

/** A job whose branch says what it is for. */
export const createJob = (id: string, branch = 'main'): CiJob => ({
  id,
  repository: 'myapp',
  branch,
  commit: 'a'.repeat(40),
  requestedAt: '2026-01-01T00:00:00.000Z',
});

/** The message of a job; it was sent at `timestamp`, which is its offset where none is given. */
export const jobMessage = (offset: number, id: string, timestamp = offset): JobMessage => ({
  offset: String(offset),
  timestamp: String(timestamp),
  value: Buffer.from(JSON.stringify(createJob(id))),
});

/** A message that is no job. */
export const brokenMessage = (offset: number): JobMessage => ({
  offset: String(offset),
  timestamp: String(offset),
  value: Buffer.from('{"id":'),
});

interface Handled {
  signal: AbortSignal;
  end: () => void;
  fail: (error: Error) => void;
}

/** Lets every promise that can go on do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class ManualHandler {
  /** The ids of all jobs that were started, in order. */
  readonly started: string[] = [];
  /** The most that ran at once. */
  most = 0;
  readonly #running = new Map<string, Handled>();

  readonly handle = async (job: CiJob, signal: AbortSignal): Promise<void> => {
    if (this.#running.has(job.id)) throw new Error(`${job.id} runs twice.`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#running.set(job.id, { signal, end: resolve, fail: reject });
    this.started.push(job.id);
    this.most = Math.max(this.most, this.#running.size);
    try {
      await promise;
    } finally {
      this.#running.delete(job.id);
    }
  };

  /** The ids of those that run now. */
  get running(): string[] {
    return [...this.#running.keys()];
  }

  /** Why the job was aborted; null where it was not. */
  abortReason(id: string): string | null {
    const { signal } = this.#find(id);
    return signal.aborted ? String(signal.reason) : null;
  }

  /** Ends a job well. */
  async end(id: string): Promise<void> {
    this.#find(id).end();
    await settle();
  }

  /** Ends a job as `handle` does when its signal has aborted. */
  async giveUp(id: string): Promise<void> {
    this.#find(id).fail(new Error('aborted'));
    await settle();
  }

  #find(id: string): Handled {
    const handled = this.#running.get(id);
    if (handled === undefined) throw new Error(`${id} does not run.`);
    return handled;
  }
}
