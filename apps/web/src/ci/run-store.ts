/** The contract of the place where runs are kept; every store passes the same tests. */
import type { CiUpdate } from '@cloud-lab/common/ci-messages';
import type { CiRun } from './run.ts';

export type NewRun = Pick<CiRun, 'id' | 'repository' | 'branch' | 'commit' | 'requestedAt'> & {
  /** Address that asked for it and is limited; it is kept until the run is finished. */
  address?: string;
};

/** What makes two requests the same work. */
export type Work = Pick<NewRun, 'repository' | 'branch' | 'commit'>;

export interface RunPage {
  limit: number;
  /** Id of a run: only older ones. */
  before?: string | undefined;
  /** Only runs of this repository. */
  repository?: string | undefined;
  /** Only runs of this branch. */
  branch?: string | undefined;
}

/** What the runs of a repository take. */
export interface RepositoryUsage {
  repository: string;
  /** How many there are, finished or not. */
  runs: number;
  /** In the storage, as far as it is measured: of runs that ended longer than a minute or two ago. */
  storedBytes: number;
}

export interface RunStore {
  /**
   * Keeps a new run in state `queued` and gives it; but where a run of the same repository, branch and commit is not
   * finished, gives that one and keeps nothing. Atomic, whichever process asks.
   */
  insert(run: NewRun): Promise<CiRun>;
  /** The run of this work that is not finished. */
  findActive(work: Work): Promise<CiRun | undefined>;
  /** How many runs are not finished, of this address and in all. */
  countUnfinished(address: string): Promise<{ ofAddress: number; inAll: number }>;
  get(id: string): Promise<CiRun | undefined>;
  /** Those of `ids` that are finished, in no order. */
  finishedAmong(ids: readonly string[]): Promise<CiRun[]>;
  /** Newest first; an unknown `before` gives none. */
  list(page: RunPage): Promise<CiRun[]>;
  /** Notes that the queue has the job. */
  markDispatched(id: string): Promise<void>;
  /** Queued runs older than `before` whose job never reached the queue, oldest first. */
  undispatched(before: Date): Promise<CiRun[]>;
  /**
   * Records what a runner says, atomically: a finished run stays as it is, whoever reports and however often, and a
   * message that comes late takes nothing back. A job that another runner takes, or the same one anew, begins again.
   * `false`: nothing was changed, as the run is finished or unknown, or the message is late.
   */
  apply(update: CiUpdate): Promise<boolean>;
  /** Ends a run as errored unless it is finished; with `silentSince`, only if no runner has said anything since. */
  fail(id: string, reason: string, at: Date, silentSince?: Date): Promise<boolean>;
  /** Running runs of which no runner has said anything since, oldest first. */
  silent(since: Date): Promise<CiRun[]>;
  /** The newest run with a report of the longest of these branch names that has one. */
  newestWithReport(repository: string, branches: readonly string[]): Promise<CiRun | undefined>;
  /**
   * Runs that ended before, oldest first, at most `limit`; but neither the newest finished one of a repository and
   * branch, nor the newest with a report.
   */
  expired(before: Date, limit: number): Promise<CiRun[]>;
  /** Runs that ended before, and whose size in the storage is not known, oldest first, at most `limit`. */
  unmeasured(before: Date, limit: number): Promise<CiRun[]>;
  /** Notes how many bytes a finished run has left in the storage. */
  setStoredBytes(id: string, bytes: number): Promise<void>;
  /** What the runs of each repository take, by its name. */
  usage(): Promise<RepositoryUsage[]>;
  /**
   * Finished runs of a repository in the order in which they make room, at most `limit`: first those that have a newer one of their branch,
   * oldest first, then the rest; never the newest.
   */
  makingRoom(repository: string, limit: number): Promise<CiRun[]>;
  /** Forgets a finished run; one that is gone already is fine. */
  remove(id: string): Promise<void>;
}
