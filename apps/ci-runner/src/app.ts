/** The runner's one web page: whether it is healthy, and if not, what it misses. */
import fastify, { type FastifyInstance } from 'fastify';
import type { RunnerHealth } from './runner.ts';

/** What is said of a part that is missed. */
const MISSED: Record<'kafka' | 'storage' | 'places', string> = {
  kafka: 'Kafka has not answered for a while.',
  storage: 'The blob storage does not answer.',
  places: 'Nobody listens at the socket of a place for jobs, or at that of the package caches.',
};

/** Makes the server; it listens when its process says so. */
export function createApp(health: () => Promise<RunnerHealth>): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/healthz', async (_request, reply) => {
    const state = await health();
    const services = (['kafka', 'storage', 'places'] as const).map((name) =>
      state[name] ? { name, status: 'ok', text: 'ok' } : { name, status: 'down', text: MISSED[name] },
    );
    const healthy = services.every(({ status }) => status === 'ok');
    return reply
      .code(healthy ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: healthy ? 'ok' : 'error', ...state, services });
  });
  return app;
}
