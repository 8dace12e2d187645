/** The CI as the web app sees it: takes requests, queues jobs, records results and wakes who waits. */
import { randomUUID } from 'node:crypto';
import type { CiUpdate } from '@cloud-lab/common/ci-messages';
import { missingArgument } from '@cloud-lab/common/functions/arguments';
import type { FastifyBaseLogger } from 'fastify';
import { HttpError, UnavailableError } from '../errors.ts';
import { Admission, type AdmissionOptions, type Requester } from './admission.ts';
import { refuseBranchName } from './branch-name.ts';
import type { Branch, GitServer } from './git-server.ts';
import type { JobQueue } from './job-queue.ts';
import type { ReportStore } from './report-store.ts';
import { findRepository } from './repositories.ts';
import { type CiRun, isFinished, isRunId } from './run.ts';
import type { NewRun, RepositoryUsage, RunStore } from './run-store.ts';
import { RunWaiters } from './run-waiters.ts';

export interface CiServiceOptions {
  runs: RunStore;
  queue: JobQueue;
  git: GitServer;
  reports: Pick<ReportStore, 'markCancelled'>;
  /** Repositories that may be tested; the first is the default. */
  repositories: readonly string[];
  log: FastifyBaseLogger;
  /** What the finished runs of one repository may keep in the storage, bytes. */
  storageLimitBytes: number;
  /** How many runs may be unfinished, of one address and in all. */
  unfinished: AdmissionOptions['unfinished'];
  waiters?: RunWaiters;
  /** After so long without a word from its runner, a running run is lost. */
  lostAfterMs?: number;
  /** Told of each change of a run, by the process that recorded it; the last one is its end. */
  onChanged?: (run: CiRun) => void;
}

const BRANCHES_SHOWN = 10;
const UNSENT_AFTER_MS = 60_000;
const LOST_AFTER_MS = 60 * 60_000;
const CANCELLED = 'The run was cancelled by whoever operates the lab.';

export class CiService {
  readonly #options: CiServiceOptions;
  readonly #admission: Admission;
  readonly #waiters: RunWaiters;

  constructor(options: CiServiceOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
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

  /** The repository as it is configured; refuses one that the lab does not test. */
  allowed(repository: string = this.defaultRepository): string {
    const found = findRepository(this.#options.repositories, repository);
    if (found !== undefined) return found;
    const names = this.#options.repositories.map((name) => `\`${name}\``).join(', ');
    throw new HttpError(403, `This lab does not test that repository. It tests ${names}.`);
  }

  /** What the runs of each repository take, and may take: of those that may be tested, in their order, then of others that have runs. */
  async usage(): Promise<(RepositoryUsage & { limitBytes: number })[]> {
    const found = new Map((await this.#options.runs.usage()).map((usage) => [usage.repository, usage]));
    const names = [...new Set([...this.repositories, ...found.keys()])];
    const limitBytes = this.#options.storageLimitBytes;
    return names.map((repository) => ({
      ...(found.get(repository) ?? { repository, runs: 0, storedBytes: 0 }),
      limitBytes,
    }));
  }

  /** The branches that can be tested. */
  async branches(repository?: string): Promise<Branch[]> {
    return this.#options.git.branches(this.allowed(repository));
  }

  /**
   * Queues a run of the commit that the branch points to now, or gives the one of it that is not finished.
   * @param requester whose runs are limited; undefined: who asks has proven to be the lab's Git server, or another one
   */
  async request(branch: string, repository: string | undefined, requester: Requester | undefined): Promise<CiRun> {
    if (branch === '') throw new HttpError(400, missingArgument('branch'));
    const refusal = refuseBranchName(branch);
    if (refusal !== undefined) throw new HttpError(400, `\`branch\` cannot be the name of a branch: ${refusal}.`);
    const allowed = this.allowed(repository);
    const commit = await this.#resolve(branch, allowed);
    const wanted: NewRun = { id: randomUUID(), repository: allowed, branch, commit, requestedAt: new Date() };
    // The row comes first: a result can never arrive for a run that nobody knows.
    const run = await this.#admission.admit(wanted, requester);
    if (run.id === wanted.id) await this.#dispatch(run);
    else this.#options.log.info({ run: run.id }, 'this commit is being tested already');
    return run;
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
      log.info({ run: update.id, state: update.state }, 'ignored an update that is late, or of a run that is over');
      return;
    }
    log.info({ run: update.id, state: update.state, runner: update.runner }, 'run updated');
    await this.#tell(update.id);
  }

  /** Queues again what a crash left between the database and the queue: a job may run twice, its result counts once. */
  async resendLost(now: Date = new Date()): Promise<void> {
    for (const run of await this.#options.runs.undispatched(new Date(now.getTime() - UNSENT_AFTER_MS))) {
      this.#options.log.warn({ run: run.id }, 'the job of this run never reached the queue: sending it again');
      await this.#send(run);
    }
  }

  /** Ends the runs of which no runner has said anything for longer than a job may take. */
  async endLost(now: Date = new Date()): Promise<void> {
    const { runs, log, lostAfterMs = LOST_AFTER_MS } = this.#options;
    const silentSince = new Date(now.getTime() - lostAfterMs);
    for (const { id, runner } of await runs.silent(silentSince)) {
      log.warn({ run: id, runner }, 'nothing was heard of this run for too long: it ends as errored');
      const reason = `The runner ${runner} took this run and was never heard of again. Run it once more.`;
      if (await runs.fail(id, reason, now, silentSince)) await this.#tell(id);
    }
  }

  /**
   * Ends a run that is not finished, and has its runner drop the work: within seconds where it is at work, at once where it takes it later.
   * @throws HttpError 404 where there is no such run, 409 where it is over
   */
  async cancel(id: string): Promise<CiRun> {
    const { runs, reports, log } = this.#options;
    const run = isRunId(id) ? await runs.get(id) : undefined;
    if (run === undefined) throw new HttpError(404, `There is no run ${id}.`);
    // The mark comes first: a run that is over is never begun again, whatever becomes of this process.
    if (!isFinished(run)) await reports.markCancelled(id);
    if (!(await runs.fail(id, CANCELLED, new Date()))) {
      const { state } = (await runs.get(id)) ?? run;
      throw new HttpError(
        409,
        `The run ${id} is over: it has ${state}. Only one that is queued or running can be cancelled.`,
      );
    }
    log.info({ run: id }, 'cancelled the run');
    await this.#tell(id);
    return (await runs.get(id)) ?? run;
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

  async #dispatch(run: CiRun): Promise<void> {
    try {
      await this.#send(run);
    } catch (error) {
      await this.#refuse(run.id).catch((failure: unknown) =>
        this.#options.log.error({ err: failure, run: run.id }, 'cannot mark the run as errored'),
      );
      throw error;
    }
  }

  async #refuse(id: string): Promise<void> {
    const reason = 'The job could not be queued: the queue (Kafka) did not answer.';
    if (await this.#options.runs.fail(id, reason, new Date())) await this.#tell(id);
  }

  async #send({ id, repository, branch, commit, requestedAt }: CiRun): Promise<void> {
    await this.#options.queue.send({ id, repository, branch, commit, requestedAt: requestedAt.toISOString() });
    await this.#options.runs.markDispatched(id);
  }

  async #tell(id: string): Promise<void> {
    const run = await this.#options.runs.get(id);
    if (run === undefined) return;
    this.#options.onChanged?.(run);
    if (isFinished(run)) this.#waiters.notify(run);
  }
}
