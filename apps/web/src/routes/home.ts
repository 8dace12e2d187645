/** Route of the first page. */
import type { FastifyInstance } from 'fastify';
import { homePage } from '../pages/home.ts';
import { originOf } from './origin.ts';
import type { LabInfo } from './status.ts';

/** Registers /. */
export function registerHome(app: FastifyInstance, lab: LabInfo, repository: string): void {
  app.get('/', {
    config: { limit: 'unlimited' },
    schema: { hide: true },
    handler: async (request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(homePage({ lab, origin: originOf(request), repository })),
  });
}
