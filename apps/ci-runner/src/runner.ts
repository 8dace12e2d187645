/** A runner: the queue of jobs, what is done with each, and whether all that it needs is there. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { createBlobService } from '@cloud-lab/common/blob';
import { CI_CONTAINER, type CiJob, type CiResult } from '@cloud-lab/common/ci-messages';
import { createKafka } from '@cloud-lab/common/kafka';
import type { Logger } from 'pino';
import type { RunnerConfig } from './config.ts';
import { errored } from './job/outcome.ts';
import { PackageCache } from './job/package-cache.ts';
import { arePlacesOpen, fetchPath } from './job/places.ts';
import { runJob } from './job/run-job.ts';
import { Slots } from './job/slots.ts';
import { JobQueue } from './queue/job-queue.ts';
import { ResultPublisher } from './queue/result-publisher.ts';

/** Without an answer from Kafka for this long, the runner counts as cut off from it. */
const CONTACT_LIMIT_MS = 12_000;
const STORAGE_CHECK_MS = 3_000;
const STORAGE_LIMIT_MS = 300_000;
const STORAGE_PAUSE_MS = 2_000;

export interface RunnerHealth {
  kafka: boolean;
  storage: boolean;
  /** Somebody listens at the sockets of all places, and at that of the package caches. */
  places: boolean;
  /** The jobs that run now. */
  jobs: readonly string[];
}

export interface Runner {
  start(): void;
  stop(): Promise<void>;
  health(): Promise<RunnerHealth>;
}

/** Waits until the container is there, making it where it is missing. */
async function ensureContainer(container: ContainerClient, logger: Logger, signal: AbortSignal): Promise<void> {
  const limit = Date.now() + STORAGE_LIMIT_MS;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      await container.createIfNotExists({ abortSignal: signal });
      return;
    } catch (error) {
      if (Date.now() > limit) throw new Error('The storage has not answered for five minutes.', { cause: error });
      if (tries === 1) logger.warn({ err: error }, 'The storage does not answer yet');
      await delay(STORAGE_PAUSE_MS, undefined, { signal });
    }
  }
}

function storageFailure(job: CiJob, startedAt: Date, runner: string): CiResult {
  const finishedAt = new Date();
  return {
    id: job.id,
    runner,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    steps: [],
    author: null,
    subject: null,
    ...errored('The storage of the lab did not answer, so the run could not be written down: try again later.'),
  };
}

/** Puts a runner together; nothing connects before `start`, and what isn't there yet is waited for. */
export function createRunner(config: RunnerConfig, logger: Logger): Runner {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = config;
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `ci-runner-${config.RUNNER_NAME}`,
    logger,
    ...(username === undefined || password === undefined ? {} : { sasl: { username, password } }),
  });
  const storage = createBlobService({
    url: config.BLOB_URL,
    accountName: config.BLOB_ACCOUNT,
    accountKey: config.BLOB_KEY,
  });
  const container = storage.getContainerClient(CI_CONTAINER);
  const results = new ResultPublisher(kafka, logger);
  const parts = {
    config,
    container,
    logger,
    slots: new Slots(config.PLACES_DIR, config.JOB_SLOTS),
    cache: new PackageCache({
      socket: fetchPath(config.PLACES_DIR),
      notes: join(config.WORK_DIR, 'cached'),
      limit: config.CACHE_LIMIT,
      logger,
    }),
    tell: (progress: Parameters<ResultPublisher['publishSoon']>[0]) => results.publishSoon(progress),
  };

  const handle = async (job: CiJob, signal: AbortSignal): Promise<void> => {
    const startedAt = new Date();
    logger.info({ job: job.id, repository: job.repository, branch: job.branch, commit: job.commit }, 'A job begins');
    let result: CiResult;
    try {
      await ensureContainer(container, logger, signal);
      result = await runJob(job, startedAt, parts, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.error({ err: error, job: job.id }, 'A job could not be run');
      result = storageFailure(job, startedAt, config.RUNNER_NAME);
    }
    await results.publish(result, signal);
    logger.info({ job: job.id, state: result.state, durationMs: result.durationMs }, 'A job has ended');
  };
  const queue = new JobQueue({ kafka, logger, slots: config.JOB_SLOTS, handle });

  const storageAnswers = async (): Promise<boolean> => {
    try {
      await container.createIfNotExists({ abortSignal: AbortSignal.timeout(STORAGE_CHECK_MS) });
      return true;
    } catch {
      return false;
    }
  };

  return {
    start: () => queue.start(),
    stop: async () => {
      await queue.stop();
      await Promise.all([results.close(), parts.slots.close()]);
    },
    health: async () => ({
      kafka: Date.now() - queue.lastContact < CONTACT_LIMIT_MS,
      storage: await storageAnswers(),
      places: await arePlacesOpen(config.PLACES_DIR, config.JOB_SLOTS),
      jobs: queue.currentJobs,
    }),
  };
}
