/** The runner's settings, and its page about its health. */
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../apps/ci-runner/src/app.ts';
import { readConfig } from '../../../apps/ci-runner/src/config.ts';

const complete = {
  KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092',
  BLOB_URL: 'http://storage:10000/lab',
  BLOB_ACCOUNT: 'lab',
  BLOB_KEY: 'Zm9v',
  GIT_URL: 'http://ci-1:8080/',
};

describe('readConfig', () => {
  it('fills in the defaults', () => {
    expect(readConfig(complete)).toMatchObject({
      PORT: 8081,
      HOST: '0.0.0.0',
      KAFKA_BROKERS: ['kafka-1:9092', 'kafka-2:9092'],
      GIT_URL: 'http://ci-1:8080',
      WORKSPACE_DIR: '/var/lib/ci-runner',
      TEST_TIMEOUT_SECONDS: 300,
    });
  });

  it('names everything that is missing', () => {
    for (const name of Object.keys(complete)) expect(() => readConfig({})).toThrow(`${name} is missing`);
  });
});

describe('GET /healthz', () => {
  it.each([
    [{ kafka: true, storage: true, job: null }, 200, 'ok'],
    [{ kafka: true, storage: false, job: 'a' }, 503, 'error'],
    [{ kafka: false, storage: true, job: null }, 503, 'error'],
  ])('for %j is %i', async (health, code, status) => {
    const app = createApp(async () => health);
    const answer = await app.inject('/healthz');
    expect(answer.statusCode).toBe(code);
    expect(answer.json()).toEqual({ status, ...health });
    await app.close();
  });
});
