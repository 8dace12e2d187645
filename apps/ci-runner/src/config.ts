/** What the runner is told through its environment. */
import { hostname } from 'node:os';
import { readEnvironment } from '@cloud-lab/common/environment';
import { trimEnd } from '@cloud-lab/common/trim';
import Type, { type Static } from 'typebox';

const Url = Type.String({ pattern: '^https?://[^/]+' });
const Limit = (fallback: number, description: string) => Type.Integer({ minimum: 1, default: fallback, description });
const LIST = '^[^,\\s]+(,[^,\\s]+)*$';

const Environment = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8081, description: 'port of GET /healthz' }),
  HOST: Type.String({ default: '0.0.0.0', description: 'address that GET /healthz listens on' }),
  KAFKA_BROKERS: Type.String({
    pattern: '^[^,\\s]+:\\d+(,[^,\\s]+:\\d+)*$',
    description: 'host:port, separated by commas',
  }),
  KAFKA_USERNAME: Type.Optional(Type.String({ description: 'account on Kafka (SCRAM-SHA-512)' })),
  KAFKA_PASSWORD: Type.Optional(Type.String({ description: 'its password' })),
  BLOB_URL: { ...Url, description: 'URL of the storage account, such as http://storage:10000/lab' },
  BLOB_ACCOUNT: Type.String({ minLength: 1, description: 'name of the storage account' }),
  BLOB_KEY: Type.Optional(
    Type.String({
      minLength: 1,
      description: "key of the storage account, base64; without it, the machine's identity",
    }),
  ),
  GIT_URL: { ...Url, description: 'where the lab keeps repositories: <GIT_URL>/<repository>.git' },
  CI_REPOSITORIES: Type.String({ pattern: LIST, description: 'names or URLs of what may be tested, by commas' }),
  WORK_DIR: Type.String({ pattern: '^/', default: '/var/lib/ci-runner', description: 'an absolute folder' }),
  PLACES_DIR: Type.String({ pattern: '^/', default: '/run/ci-job', description: 'folder of the sockets of sandboxes' }),
  JOB_SLOTS: Type.Integer({ minimum: 1, maximum: 64, default: 1, description: 'sandboxes on this host' }),
  TEST_SECONDS: Limit(300, 'limit of the test step'),
  INSTALL_SECONDS: Limit(300, 'limit of the install step'),
  JOB_MEMORY: Limit(2048, 'MiB that a job may take; its unit sees to it'),
  JOB_DISK: Limit(1024, 'MiB that a job may write; its unit sees to it'),
  JOB_PROCESSES: Limit(1024, 'processes that a job may have; its unit sees to it'),
  JOB_LOG: Limit(10, 'MiB that a job may print'),
  CACHE_LIMIT: Limit(5120, 'MiB that the package caches may take before they are emptied'),
  RUNNER_NAME: Type.String({ minLength: 1, default: hostname(), description: 'name of this runner in the results' }),
});

type Settings = Static<typeof Environment>;

/** The limits of a job. */
export interface JobLimits {
  testSeconds: number;
  installSeconds: number;
  /** MiB. */
  memory: number;
  /** MiB. */
  disk: number;
  processes: number;
  /** MiB. */
  log: number;
}

/** The settings of one runner. */
export type RunnerConfig = Pick<
  Settings,
  | 'PORT'
  | 'HOST'
  | 'KAFKA_USERNAME'
  | 'KAFKA_PASSWORD'
  | 'BLOB_URL'
  | 'BLOB_ACCOUNT'
  | 'BLOB_KEY'
  | 'GIT_URL'
  | 'WORK_DIR'
  | 'PLACES_DIR'
  | 'JOB_SLOTS'
  | 'CACHE_LIMIT'
  | 'RUNNER_NAME'
> & { KAFKA_BROKERS: string[]; CI_REPOSITORIES: string[]; limits: JobLimits };

/**
 * Reads the settings.
 * @throws EnvironmentError that names every variable that is missing or wrong.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): RunnerConfig {
  const { TEST_SECONDS, INSTALL_SECONDS, JOB_MEMORY, JOB_DISK, JOB_PROCESSES, JOB_LOG, ...values } = readEnvironment(
    Environment,
    environment,
  );
  return {
    ...values,
    KAFKA_BROKERS: values.KAFKA_BROKERS.split(','),
    CI_REPOSITORIES: values.CI_REPOSITORIES.split(','),
    GIT_URL: trimEnd(values.GIT_URL, '/'),
    limits: {
      testSeconds: TEST_SECONDS,
      installSeconds: INSTALL_SECONDS,
      memory: JOB_MEMORY,
      disk: JOB_DISK,
      processes: JOB_PROCESSES,
      log: JOB_LOG,
    },
  };
}
