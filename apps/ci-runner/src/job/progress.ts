/** The steps of a run as they happen, told to whoever listens at each change. */
import type { CiJob, CiProgress, CiStep, CiStepName } from '@cloud-lab/common/ci-messages';

export interface ProgressOptions {
  job: Pick<CiJob, 'id' | 'requestedAt'>;
  runner: string;
  startedAt: Date;
  /** Sends what is known so far; must not wait. */
  tell: (progress: CiProgress) => void;
}

export class Progress {
  readonly #options: ProgressOptions;
  #steps: CiStep[];
  #author: string | null = null;
  #subject: string | null = null;

  constructor(options: ProgressOptions) {
    this.#options = options;
    const { job, startedAt } = options;
    const taken = startedAt.toISOString();
    this.#steps = [
      { name: 'queued', state: 'done', startedAt: job.requestedAt, finishedAt: taken },
      { name: 'allocate', state: 'running', startedAt: taken, finishedAt: null },
    ];
    this.#tell();
  }

  /** Ends the step that goes on and begins the next; `failed`: what ended was the step that decided the run. */
  begin(name: CiStepName, state: 'done' | 'failed' = 'done'): void {
    const startedAt = this.#end(state);
    this.#steps.push({ name, state: 'running', startedAt, finishedAt: null });
    this.#tell();
  }

  /** Notes who made the commit. */
  describeCommit(author: string, subject: string): void {
    this.#author = author;
    this.#subject = subject;
  }

  /** Ends the last step; what is then known goes into the result, and is told there. */
  finish(): Pick<CiProgress, 'steps' | 'author' | 'subject'> {
    this.#end('done');
    return { steps: this.#steps, author: this.#author, subject: this.#subject };
  }

  /** @returns when: one moment for the end of a step and the begin of the next */
  #end(state: 'done' | 'failed'): string {
    const finishedAt = new Date().toISOString();
    this.#steps = this.#steps.map((step) => (step.state === 'running' ? { ...step, state, finishedAt } : step));
    return finishedAt;
  }

  #tell(): void {
    const { job, runner, startedAt, tell } = this.#options;
    tell({
      state: 'running',
      id: job.id,
      runner,
      startedAt: startedAt.toISOString(),
      steps: this.#steps,
      author: this.#author,
      subject: this.#subject,
    });
  }
}
