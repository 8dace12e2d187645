/** Routes that tell how the lab is: /healthz for machines, /api/v1/status for the first page. */
import type { FastifyInstance } from 'fastify';
import type { HealthChecks } from '../health/health.ts';
import { HealthSchema, StatusSchema } from '../schemas/status.ts';

export interface LabInfo {
  name: string;
  version: string;
  endpoints: Record<string, string>;
}

/** Registers /healthz: 200 when all is well, 503 naming what is not. */
export function registerHealth(app: FastifyInstance, health: HealthChecks): void {
  app.get('/healthz', {
    // Requests within a second share one answer.
    config: { limit: 'unlimited' },
    schema: {
      tags: ['lab'],
      summary: 'Whether all parts of the lab are well',
      response: { 200: HealthSchema, 503: { ...HealthSchema, description: 'A part of the lab is down' } },
    },
    handler: async (_request, reply) => {
      const report = await health.check();
      return reply
        .code(report.status === 'ok' ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(report);
    },
  });
}

/** Registers /api/v1/status: always 200, as the page asks how the parts are, not whether it may go on. */
export function registerStatus(app: FastifyInstance, health: HealthChecks, lab: LabInfo): void {
  app.get('/api/v1/status', {
    config: { limit: 'unlimited' },
    schema: {
      tags: ['lab'],
      summary: 'The lab, its public addresses and how each part is',
      response: { 200: StatusSchema },
    },
    handler: async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ lab, ...(await health.check()) }),
  });
}
