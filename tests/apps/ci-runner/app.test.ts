/** The runner's health: for machines by its status, for people in words. */
import { expect, test } from 'vitest';
import { createApp } from '../../../apps/ci-runner/src/app.ts';
import type { RunnerHealth } from '../../../apps/ci-runner/src/runner.ts';

const WELL: RunnerHealth = { kafka: true, storage: true, places: true, jobs: ['a'] };

async function ask(health: RunnerHealth) {
  const app = createApp(async () => health);
  const answer = await app.inject('/healthz');
  await app.close();
  return {
    status: answer.statusCode,
    body: answer.json<{ status: string; services: { status: string; text: string }[] }>(),
  };
}

test('a runner that has all that it needs is well', async () => {
  const { status, body } = await ask(WELL);
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'ok', ...WELL });
  expect(body.services.every((service) => service.status === 'ok')).toBe(true);
});

test.each([
  ['kafka', 'Kafka has not answered for a while.'],
  ['storage', 'The blob storage does not answer.'],
  ['places', 'Nobody listens at the socket of a place for jobs, or at that of the package caches.'],
] as const)('one without %s says what it misses', async (part, text) => {
  const { status, body } = await ask({ ...WELL, [part]: false });
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'error', [part]: false });
  expect(body.services.filter((service) => service.status !== 'ok')).toEqual([{ name: part, status: 'down', text }]);
});
