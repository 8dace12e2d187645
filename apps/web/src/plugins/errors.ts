/** Every refusal in one shape: JSON under /api, a page elsewhere; never a stack trace. */
import { describeRefusal, pathOf } from '@cloud-lab/common/http-error';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';
import { errorPage } from '../pages/error.ts';
import type { RouteTable } from './route-table.ts';

/** Installs the handlers of errors, of unknown addresses (404) and of wrong methods (405). */
export function handleErrors(app: FastifyInstance, routes: RouteTable): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(request, reply, error));
  app.setNotFoundHandler((request, reply) => refuse(request, reply, new HttpError(404, 'There is nothing here.')));

  // Before the body is looked at: a wrong method is the first thing to say.
  app.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request.url);
    if (!request.is404 && !isShadowed(request.routeOptions.url ?? '', path, routes)) return;
    const allowed = routes.allowedMethods(path);
    if (allowed.length === 0) throw new HttpError(404, `There is nothing at ${path}.`);
    const allow = allowed.join(', ');
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
    throw new HttpError(405, `${request.method} is not possible here. Possible: ${allow}.`, { headers: { allow } });
  });
}

/** Whether the router took a pattern for a path that has a route of its own, with other methods. */
const isShadowed = (url: string, path: string, routes: RouteTable): boolean =>
  /\/[:*]/.test(url) && routes.findUrl(path) !== url;

/** Answers with the error in the shape that the address calls for. */
export function refuse(request: FastifyRequest, reply: FastifyReply, error: FastifyError | HttpError): FastifyReply {
  const { status, text } = describeRefusal(error, request.id);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (error instanceof HttpError) reply.headers(error.headers);
  // A stream may have set these for a body that is not sent.
  reply.removeHeader('content-length').removeHeader('etag').header('cache-control', 'no-store').code(status);
  // Fastify would cut the connection where a body is too large; the proxy in front then sees the cut before the answer now and then.
  // Kept open, Node reads the rest of the body and drops it, for as long as a request may take to arrive.
  reply.removeHeader('connection');
  if (request.url.startsWith('/api/') || request.url.startsWith('/api?') || request.url === '/api') {
    return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send({ status: 'error', text });
  }
  return reply.type('text/html; charset=utf-8').serializer(String).send(errorPage(status, text));
}
