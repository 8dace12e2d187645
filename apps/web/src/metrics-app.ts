/** The small app on METRICS_PORT: metrics and health for the lab's own network. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { HealthChecks } from './health/health.ts';
import type { Metrics } from './plugins/metrics.ts';
import { registerHealth } from './routes/status.ts';

/** Builds it, apart from the public app: nothing of it can be reached through the site. */
export function buildMetricsApp(metrics: Metrics, health: HealthChecks, log: FastifyBaseLogger): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
  });
  registerHealth(app, health);
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
