/** The tables of the web app's database as Kysely sees them. */
import type { Generated } from 'kysely';
import type { RunState } from '../ci/run.ts';

export interface CiRunsTable {
  /** Order in which runs were asked for. */
  seq: Generated<number>;
  id: string;
  repository: string;
  branch: string;
  commit_id: string;
  state: RunState;
  requested_at: Date;
  /** When the queue had the job; null: not yet. */
  dispatched_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  runner: string | null;
  exit_code: number | null;
  reason: string | null;
  duration_ms: number | null;
  tests_passed: number | null;
  tests_failed: number | null;
  tests_skipped: number | null;
  coverage: number | null;
  has_report: number;
}

export interface Tables {
  ci_runs: CiRunsTable;
}
