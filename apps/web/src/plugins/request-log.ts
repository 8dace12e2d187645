/** One line in the log for each request. */
import { pathOf } from '@cloud-lab/common/http-error';
import type { FastifyInstance } from 'fastify';

/** Health checks come every few seconds and say nothing new. */
const QUIET = new Set(['/healthz', '/metrics', '/api/v1/status']);

/** Logs method, path and outcome; the query stays out, as it may hold what a log should not. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = pathOf(request.url);
    const line = { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (QUIET.has(path)) request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  });
}
