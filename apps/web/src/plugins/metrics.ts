/** What Prometheus reads: the process, the requests, the runs of the CI. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  registry: Registry;
  requests: Histogram<'method' | 'route' | 'status_code'>;
  /** Finished runs of the CI by state. */
  runs: Counter<'state'>;
}

/** Metrics in a registry of their own, so that two apps in one process do not share them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: ['method', 'route', 'status_code'],
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
      registers: [registry],
    }),
    runs: new Counter({
      name: 'lab_ci_runs_finished_total',
      help: 'Runs of the CI whose result this process recorded',
      labelNames: ['state'],
      registers: [registry],
    }),
  };
}

/** Measures each request under its route's pattern: addresses that strangers invent make no new series. */
export function measureRequests(app: FastifyInstance, { requests }: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    const labels = { method: request.method, route, status_code: String(reply.statusCode) };
    requests.observe(labels, reply.elapsedTime / 1000);
  });
}
