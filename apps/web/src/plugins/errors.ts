/** Every refusal in one shape: JSON under /api, a page elsewhere; never a stack trace. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';
import { errorPage } from '../pages/error.ts';
import { allowedMethods, type RouteTable } from './route-table.ts';

/** Words for what Fastify itself refuses. */
const WORDS: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address holds a broken %-code.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 1 MiB.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send a JSON object.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body has not the length that Content-Length says.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send JSON, with the header Content-Type: application/json.',
};

/** Installs the handlers of errors, of unknown addresses (404) and of wrong methods (405). */
export function handleErrors(app: FastifyInstance, routes: RouteTable): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(request, reply, error));
  app.setNotFoundHandler((request, reply) => refuse(request, reply, new HttpError(404, 'There is nothing here.')));

  // Before the body is looked at: a wrong method is the first thing to say.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = pathOf(request.url);
    const allowed = allowedMethods(routes, path);
    if (allowed.length === 0) throw new HttpError(404, `There is nothing at ${path}.`);
    const allow = allowed.join(', ');
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
    throw new HttpError(405, `${request.method} is not possible here. Possible: ${allow}.`, { headers: { allow } });
  });
}

/** The path of a request's URL: a query may hold what is nobody's business. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;

/** Answers with the error in the shape that the address calls for. */
export function refuse(request: FastifyRequest, reply: FastifyReply, error: FastifyError | HttpError): FastifyReply {
  const { status, text } = tell(error, request);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (error instanceof HttpError) reply.headers(error.headers);
  // A stream may have set these for a body that is not sent.
  reply.removeHeader('content-length').removeHeader('etag').header('cache-control', 'no-store').code(status);
  if (request.url.startsWith('/api/') || request.url.startsWith('/api?') || request.url === '/api') {
    return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send({ status: 'error', text });
  }
  return reply.type('text/html; charset=utf-8').serializer(String).send(errorPage(status, text));
}

function tell(error: FastifyError | HttpError, request: FastifyRequest): { status: number; text: string } {
  if (error instanceof HttpError) return { status: error.statusCode, text: error.message };
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    return {
      status: 500,
      text: `Something went wrong here. Whoever runs the lab finds it in the log as ${request.id}.`,
    };
  }
  if (error instanceof SyntaxError) return { status: 400, text: `The body is not valid JSON: ${error.message}.` };
  return { status, text: WORDS[error.code] ?? `${STATUS_CODES[status] ?? 'Refused'}.` };
}
