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
  /** null: no runner has had the code yet. */
  author: string | null;
  subject: string | null;
  state: RunState;
  requested_at: Date;
  /** When the queue had the job; null: not yet. */
  dispatched_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  runner: string | null;
  /** JSON: CiStep[]. */
  steps: string | null;
  /** How far the steps are, as progressOf counts. */
  progress: number;
  /** When a runner was last heard of; by the clock of the web app. */
  heard_at: Date | null;
  exit_code: number | null;
  reason: string | null;
  duration_ms: number | null;
  tests_passed: number | null;
  tests_failed: number | null;
  tests_skipped: number | null;
  coverage: number | null;
  changed_covered: number | null;
  changed_total: number | null;
  has_report: number;
  has_tests: number;
  has_coverage: number;
  /** Of all that it left in the storage; null: not measured yet. */
  stored_bytes: number | null;
  /** activeKey() while the run is unfinished, then null: the database lets one such run exist. */
  active_key: string | null;
  /** Who asked for it, where that is limited; null once the run is finished. */
  address: string | null;
}

export interface CiWebhooksTable {
  /** SHA-256 of the body, hex. */
  digest: string;
  run_id: string;
  accepted_at: Date;
}

export interface Tables {
  ci_runs: CiRunsTable;
  ci_webhooks: CiWebhooksTable;
}
