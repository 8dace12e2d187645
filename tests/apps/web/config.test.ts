/** The environment of the web process: defaults, and one message for all mistakes. */
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../apps/web/src/config.ts';

const GOOD = {
  KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
  DATABASE_URL: 'mysql://web:s3cret@database:3306/lab',
  BLOB_URL: 'http://storage:10000/lab/',
  BLOB_ACCOUNT: 'lab',
  BLOB_KEY: 'a2V5',
  GIT_URL: 'http://ci-1:8080/git',
};

const REPOSITORIES = 'CI_REPOSITORIES must be a comma-separated list such as myapp,https://git.example/ann/app.git';
const NETWORKS = 'LAB_NETWORKS must be a comma-separated list such as 10.80.0.128/25';

const messageOf = (env: Record<string, string | undefined>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the environment was taken');
};

describe('readConfig', () => {
  it('fills in defaults', () => {
    expect(readConfig(GOOD)).toEqual({
      port: 8080,
      host: '127.0.0.1',
      metricsPort: 9100,
      operatorSocket: undefined,
      kafkaBrokers: ['kafka-1:9092', 'kafka-2:9092'],
      databaseUrl: GOOD.DATABASE_URL,
      blob: { url: 'http://storage:10000/lab', accountName: 'lab', accountKey: 'a2V5' },
      gitUrl: GOOD.GIT_URL,
      repositories: ['myapp'],
      webhookSecret: undefined,
      retentionDays: 30,
      storageLimitBytes: 1024 ** 3,
      lostAfterSeconds: 3600,
      clientsPerAddress: 50,
      labNetworks: [],
      labName: 'dev',
      endpoints: {},
      version: '0.0.0',
    });
  });

  it('takes what is given', () => {
    const config = readConfig({
      ...GOOD,
      PORT: '0',
      CI_WEBHOOK_SECRET: ' s3cret ',
      CI_RETENTION_DAYS: '3650',
      CI_LOST_AFTER_SECONDS: '60',
      CI_STORAGE_MIB: '100',
      CI_REPOSITORIES: 'myapp,other.app, https://git.example/ann/app.git',
      CLIENTS_PER_ADDRESS: '200',
      OPERATOR_SOCKET: '/run/lab-web/operator.sock',
      LAB_NETWORKS: '10.80.0.0/24, 2001:db8::/32',
      LAB_ENDPOINTS: '{"webUrl":"http://x"}',
    });
    expect(config).toMatchObject({
      port: 0,
      storageLimitBytes: 100 * 1024 ** 2,
      repositories: ['myapp', 'other.app', 'https://git.example/ann/app.git'],
      clientsPerAddress: 200,
      operatorSocket: '/run/lab-web/operator.sock',
      labNetworks: ['10.80.0.0/24', '2001:db8::/32'],
      endpoints: { webUrl: 'http://x' },
    });
  });

  it('names everything that is missing at once', () => {
    expect(messageOf({})).toBe(
      [
        'The web app cannot start with this environment:',
        '- KAFKA_BROKERS is not set',
        '- DATABASE_URL is not set',
        '- BLOB_URL is not set',
        '- BLOB_ACCOUNT is not set',
        '- GIT_URL is not set',
      ].join('\n'),
    );
  });

  it.each([
    ['PORT', '80a', 'PORT must be a port number from 0 to 65535, not "80a"'],
    ['PORT', '65536', 'PORT must be a port number from 0 to 65535, not "65536"'],
    ['METRICS_PORT', '8080', 'PORT and METRICS_PORT must differ'],
    ['KAFKA_BROKERS', 'kafka-1', 'KAFKA_BROKERS must be a comma-separated list such as kafka-1:9092, not "kafka-1"'],
    ['KAFKA_BROKERS', ',', 'KAFKA_BROKERS names nothing'],
    ['CI_REPOSITORIES', '../x', `${REPOSITORIES}, not "../x"`],
    ['CI_REPOSITORIES', 'myapp,https://ann:s3cret@git.example/app', `${REPOSITORIES}, not one that holds an "@"`],
    ['CI_RETENTION_DAYS', '0', 'CI_RETENTION_DAYS must be a whole number from 1 to 3650, not "0"'],
    ['CI_RETENTION_DAYS', '1.5', 'CI_RETENTION_DAYS must be a whole number from 1 to 3650, not "1.5"'],
    ['CI_LOST_AFTER_SECONDS', '59', 'CI_LOST_AFTER_SECONDS must be a whole number from 60 to 604800, not "59"'],
    ['CLIENTS_PER_ADDRESS', '0', 'CLIENTS_PER_ADDRESS must be a whole number from 1 to 10000, not "0"'],
    ['LAB_NETWORKS', '10.80.0.0', `${NETWORKS}, not "10.80.0.0"`],
    ['LAB_NETWORKS', '10.80.0.0/33', `${NETWORKS}, not "10.80.0.0/33"`],
    ['DATABASE_URL', 'postgres://x/y', 'DATABASE_URL must be a URL such as mysql://web:PASSWORD@database:3306/lab'],
    ['GIT_URL', 'ci-1:8080', 'GIT_URL must be a URL such as http://ci-1:8080/git'],
    ['LAB_ENDPOINTS', '{', 'LAB_ENDPOINTS must be a JSON object of texts, such as {"webUrl":"http://lab.example"}'],
    ['LAB_ENDPOINTS', '[]', 'LAB_ENDPOINTS must be a JSON object of texts, such as {"webUrl":"http://lab.example"}'],
    [
      'LAB_ENDPOINTS',
      '{"a":1}',
      'LAB_ENDPOINTS must be a JSON object of texts, such as {"webUrl":"http://lab.example"}; "a" is no text',
    ],
  ])('refuses %s=%s', (name, value, problem) => {
    expect(messageOf({ ...GOOD, [name]: value })).toBe(`The web app cannot start with this environment:\n- ${problem}`);
  });

  it('shows no secret', () => {
    expect(messageOf({ ...GOOD, DATABASE_URL: 'postgres://web:s3cret@x/y', BLOB_KEY: '' })).not.toContain('s3cret');
  });
});
