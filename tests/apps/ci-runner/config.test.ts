/** The settings of the runner. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../apps/ci-runner/src/config.ts';

const complete = {
  KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092',
  BLOB_URL: 'http://storage:10000/lab',
  BLOB_ACCOUNT: 'lab',
  BLOB_KEY: 'Zm9v',
  GIT_URL: 'http://ci-1:8080/',
  CI_REPOSITORIES: 'myapp,https://git.example.org/ann/app.git',
};

describe('readConfig', () => {
  it('fills in the defaults', () => {
    expect(readConfig({ ...complete, JOB_MEMORY: '512' })).toMatchObject({
      PORT: 8081,
      HOST: '0.0.0.0',
      KAFKA_BROKERS: ['kafka-1:9092', 'kafka-2:9092'],
      CI_REPOSITORIES: ['myapp', 'https://git.example.org/ann/app.git'],
      GIT_URL: 'http://ci-1:8080',
      WORK_DIR: '/var/lib/ci-runner',
      JOB_SLOTS: 1,
      limits: { testSeconds: 300, installSeconds: 300, memory: 512, disk: 1024, processes: 1024, log: 10 },
    });
  });

  it('names everything that is missing', () => {
    const { BLOB_KEY: _, ...wanted } = complete;
    for (const name of Object.keys(wanted)) expect(() => readConfig({})).toThrow(`${name} is missing`);
  });
});
