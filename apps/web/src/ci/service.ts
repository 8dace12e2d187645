/** The CI as the web app sees it: takes requests, queues jobs, records results and wakes who waits. */
import { randomUUID } from 'node:crypto';
import type { CiUpdate } from '@cloud-lab/common/ci-messages';
import type { FastifyBaseLogger } from 'fastify';
import { HttpError, missingArgument, UnavailableError } from '../errors.ts';
import { refuseBranchName } from './branch-name.ts';
import type { Branch, GitServer } from './git-server.ts';
import type { JobQueue } from './job-queue.ts';
import { type CiRun, isFinished } from './run.ts';
import type { NewRun, RunStore } from './run-store.ts';
import { RunWaiters } from './run-waiters.ts';

export interface CiServiceOptions {
  runs: RunStore;
  queue: JobQueue;
  git: GitServer;
  /** Repositories that may be tested; the first is the default. */
  repositories: readonly string[];
  log: FastifyBaseLogger;
  waiters?: RunWaiters;
  /** Told of each result once, by the process that recorded it. */
  onFinished?: (run: CiRun) => void;
}

const BRANCHES_SHOWN = 10;
const LOST_AFTER_MS = 60_000;

export class CiService {
  readonly #options: CiServiceOptions;
  readonly #waiters: RunWaiters;

  constructor(options: CiServiceOptions) {
    this.#options = options;
    this.#waiters = options.waiters ?? new RunWaiters(options.runs);
  }

  /** The repository that is tested when none is named. */
  get defaultRepository(): string {
    return this.#options.repositories[0] ?? 'myapp';
  }

  /** Every repository that may be tested. */
  get repositories(): readonly string[] {
    return this.#options.repositories;
  }

  /** Refuses a repository that the lab does not test. */
  allowed(repository: string = this.defaultRepository): string {
    if (this.#options.repositories.includes(repository)) return repository;
    const names = this.#options.repositories.map((name) => `\`${name}\``).join(', ');
    throw new HttpError(403, `This lab does not test that repository. It tests ${names}.`);
  }

  /** The branches that can be tested. */
  async branches(repository?: string): Promise<Branch[]> {
    return this.#options.git.branches(this.allowed(repository));
  }

  /** Queues a run of the commit that the branch points to now. */
  async request(branch: string, repository?: string): Promise<CiRun> {
    if (branch === '') throw new HttpError(400, missingArgument('branch'));
    const refusal = refuseBranchName(branch);
    if (refusal !== undefined) throw new HttpError(400, `\`branch\` cannot be the name of a branch: ${refusal}.`);
    const allowed = this.allowed(repository);
    const commit = await this.#resolve(branch, allowed);
    const run: NewRun = { id: randomUUID(), repository: allowed, branch, commit, requestedAt: new Date() };
    // The row comes first: a result can never arrive for a run that nobody knows.
    await this.#options.runs.insert(run);
    await this.#dispatch(run);
    return (await this.#options.runs.get(run.id)) ?? lost(run.id);
  }

  /** Waits until the run is finished, or until `signal` says that the client has left. */
  async finished(id: string, signal: AbortSignal): Promise<CiRun> {
    return this.#waiters.wait(id, signal);
  }

  /** Records what a runner says; a result counts once. */
  async record(update: CiUpdate): Promise<void> {
    const { runs, log } = this.#options;
    const changed = await runs.apply(update);
    if (!changed) {
      log.info({ run: update.id, state: update.state }, 'ignored an update of a run that is finished or unknown');
      return;
    }
    log.info({ run: update.id, state: update.state, runner: update.runner }, 'run updated');
    const run = await runs.get(update.id);
    if (run === undefined || !isFinished(run)) return;
    this.#options.onFinished?.(run);
    this.#waiters.notify(run);
  }

  /** Queues again what a crash left between the database and the queue: a job may run twice, its result counts once. */
  async resendLost(now: Date = new Date()): Promise<void> {
    for (const run of await this.#options.runs.undispatched(new Date(now.getTime() - LOST_AFTER_MS))) {
      this.#options.log.warn({ run: run.id }, 'the job of this run never reached the queue: sending it again');
      await this.#send(run);
    }
  }

  /** Lets waiting clients go: their runs go on. */
  stop(): void {
    this.#waiters.close(
      new UnavailableError('The web app is restarting. The run goes on: see /api/v1/ci for its result.'),
    );
  }

  async #resolve(branch: string, repository: string): Promise<string> {
    const branches = await this.#options.git.branches(repository);
    const found = branches.find(({ name }) => name === branch);
    if (found !== undefined) return found.commit;
    const names = branches.slice(0, BRANCHES_SHOWN).map(({ name }) => name);
    const more = branches.length > names.length ? ' and more' : '';
    const existing = names.length > 0 ? `It has ${names.join(', ')}${more}.` : 'It has no branches yet.';
    throw new HttpError(404, `There is no branch ${branch} in repository ${repository}. ${existing}`);
  }

  async #dispatch(run: NewRun): Promise<void> {
    const { runs, log } = this.#options;
    try {
      await this.#send(run);
    } catch (error) {
      await runs
        .fail(run.id, 'The job could not be queued: the queue (Kafka) did not answer.', new Date())
        .catch((failure: unknown) => log.error({ err: failure, run: run.id }, 'cannot mark the run as errored'));
      throw error;
    }
  }

  async #send(run: NewRun): Promise<void> {
    const { id, repository, branch, commit, requestedAt } = run;
    await this.#options.queue.send({ id, repository, branch, commit, requestedAt: requestedAt.toISOString() });
    await this.#options.runs.markDispatched(id);
  }
}

function lost(id: string): never {
  throw new Error(`Run ${id} was stored and is gone`);
}
