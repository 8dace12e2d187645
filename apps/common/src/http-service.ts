/** A small HTTP service that speaks JSON: its limits, its log, its health, and every refusal in the lab's one shape. */
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { describeRefusal, HttpError, pathOf } from './http-error.ts';

export type HttpServiceOptions = {
  log: FastifyBaseLogger;
  /** What is said of a path where there is nothing. */
  describeMissing?: (path: string) => string;
};

/** Of a body, bytes. */
export const BODY_LIMIT = 1024 * 1024;
/** For a request to arrive. */
const RECEIVE_LIMIT_MS = 30_000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The service without its routes, but for GET /healthz. It ends at once: a client that holds its connection does not keep it. */
export function createHttpService({
  log,
  describeMissing = (path) => `There is nothing at ${path}.`,
}: HttpServiceOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: RECEIVE_LIMIT_MS,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => void refuse(request, reply, error),
  });
  // Only JSON is read.
  app.removeContentTypeParser('text/plain');

  app.addHook('onResponse', async (request, reply) => {
    const path = pathOf(request.url);
    const line = { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    request.log[path === '/healthz' ? 'debug' : 'info'](line, 'request');
  });

  app.setErrorHandler<Error>((error, request, reply) => refuse(request, reply, error));

  // Before the body is looked at: a wrong address or method is the first thing to say.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = pathOf(request.url);
    const allow = METHODS.filter((method) => app.hasRoute({ method, url: path })).join(', ');
    if (allow === '') throw new HttpError(404, describeMissing(path));
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
    throw new HttpError(405, `${request.method} is not possible here. Possible: ${allow}.`, { headers: { allow } });
  });

  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  return app;
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: Error): FastifyReply {
  const { status, text } = describeRefusal(error, request.id);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (error instanceof HttpError) reply.headers(error.headers);
  // Fastify would cut the connection where a body is too large, now and then before the client has read why.
  reply.removeHeader('connection');
  return reply.code(status).header('cache-control', 'no-store').send({ status: 'error', text });
}
