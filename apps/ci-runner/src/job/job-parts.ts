/** What the work on jobs needs, of the runner and of each job. */
import type { ContainerClient } from '@azure/storage-blob';
import type { CiProgress } from '@cloud-lab/common/ci-messages';
import type { Logger } from 'pino';
import type { RunnerConfig } from '../config.ts';
import type { Plan } from '../projects/plan.ts';
import type { Sandbox } from '../sandbox/client.ts';
import type { JobLog } from './job-log.ts';
import type { PackageCache } from './package-cache.ts';
import type { Progress } from './progress.ts';
import type { Slots } from './slots.ts';
import type { StoredResults } from './stored-results.ts';

/** The parts of a runner that its jobs share. */
export interface RunnerParts {
  config: RunnerConfig;
  container: ContainerClient;
  slots: Slots;
  cache: PackageCache;
  logger: Logger;
  /** Sends what is known of a run that goes on; must not wait. */
  tell: (progress: CiProgress) => void;
}

/** A job with its sandbox, and all that is done for it. */
export interface JobParts extends Pick<RunnerParts, 'config' | 'cache' | 'logger'> {
  sandbox: Sandbox;
  log: JobLog;
  progress: Progress;
  stored: StoredResults;
  /** Aborts when the job is no longer this runner's. */
  signal: AbortSignal;
}

/** A plan with the time that its tests may take. */
export type TimedPlan = Plan & { testSeconds: number };
