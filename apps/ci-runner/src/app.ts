/** The runner's one web page: whether it is healthy, and if not, what it misses. */
import fastify, { type FastifyInstance } from 'fastify';
import type { RunnerHealth } from './runner.ts';

/** Makes the server; it listens when its process says so. */
export function createApp(health: () => Promise<RunnerHealth>): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/healthz', async (_request, reply) => {
    const state = await health();
    const healthy = state.kafka && state.storage && state.places;
    return reply
      .code(healthy ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: healthy ? 'ok' : 'error', ...state });
  });
  return app;
}
