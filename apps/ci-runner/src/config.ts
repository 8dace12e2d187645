/** What the runner is told through its environment. */
import { hostname } from 'node:os';
import { readEnvironment } from '@cloud-lab/common/environment';
import Type, { type Static } from 'typebox';

const Url = Type.String({ pattern: '^https?://[^/]+' });

const Environment = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8081, description: 'port of GET /healthz' }),
  HOST: Type.String({ default: '0.0.0.0', description: 'address that GET /healthz listens on' }),
  KAFKA_BROKERS: Type.String({
    pattern: '^[^,\\s]+:\\d+(,[^,\\s]+:\\d+)*$',
    description: 'host:port, separated by commas',
  }),
  BLOB_URL: { ...Url, description: 'URL of the storage account, such as http://storage:10000/lab' },
  BLOB_ACCOUNT: Type.String({ minLength: 1, description: 'name of the storage account' }),
  BLOB_KEY: Type.String({ minLength: 1, description: 'key of the storage account, base64' }),
  GIT_URL: { ...Url, description: 'where the repositories are: <GIT_URL>/<repository>.git' },
  WORKSPACE_DIR: Type.String({ pattern: '^/', default: '/var/lib/ci-runner', description: 'an absolute folder' }),
  TEST_TIMEOUT_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 86_400,
    default: 300,
    description: 'limit of the test step',
  }),
  RUNNER_NAME: Type.String({ minLength: 1, default: hostname(), description: 'name of this runner in the results' }),
  UV_PATH: Type.String({ pattern: '^/', default: '/usr/local/bin/uv', description: "the Python installer's program" }),
});

/** The settings of one runner. */
export type RunnerConfig = Omit<Static<typeof Environment>, 'KAFKA_BROKERS'> & { KAFKA_BROKERS: string[] };

/**
 * Reads the settings.
 * @throws EnvironmentError that names every variable that is missing or wrong.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): RunnerConfig {
  const values = readEnvironment(Environment, environment);
  return { ...values, KAFKA_BROKERS: values.KAFKA_BROKERS.split(','), GIT_URL: values.GIT_URL.replace(/\/+$/, '') };
}
