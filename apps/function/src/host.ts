/**
 * A small function host, for clouds that have no functions as a service: it calls the same handlers as Azure Functions,
 * with that vendor's own request, context and response.
 */
import azure, { type HttpHandler, type LogLevel } from '@azure/functions';
import { HttpError } from '@cloud-lab/common/http-error';
import { createHttpService } from '@cloud-lab/common/http-service';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { type HostSettings, readHostSettings } from './host-settings.ts';
import { type HttpFunction, httpFunctions } from './http-functions.ts';

export type HostOptions = {
  log: FastifyBaseLogger;
  functions?: readonly HttpFunction[];
  settings?: HostSettings;
};

/** Azure's levels of a function's log -> ours. */
const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | undefined> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  none: undefined,
};

/** Builds the host: each function at /<prefix>/<name>, ready to listen or to be tried with `inject`. */
export function buildHost({
  log,
  functions = httpFunctions,
  settings: { routePrefix, timeoutMs } = readHostSettings(),
}: HostOptions): FastifyInstance {
  const paths = functions.map(({ name }) => `/${routePrefix}/${name}`);
  const app = createHttpService({
    log,
    describeMissing: (path) => `There is no function at ${path}. Functions here: ${paths.join(', ')}.`,
  });
  // A function reads its body itself, whatever is in it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const { name, methods, handler } of functions) {
    app.route<{ Body: Buffer | undefined }>({
      method: methods,
      url: `/${routePrefix}/${name}`,
      handler: async (request, reply) => {
        const { status, headers, body } = await within(timeoutMs, name, call(name, handler, request));
        return reply.code(status).headers(headers).send(body);
      },
    });
  }
  return app;
}

type Answer = { status: number; headers: Record<string, string>; body: Buffer };

async function call(
  name: string,
  handler: HttpHandler,
  request: FastifyRequest<{ Body: Buffer | undefined }>,
): Promise<Answer> {
  const { method, url, host, headers, body } = request;
  const context = new azure.InvocationContext({
    functionName: name,
    invocationId: request.id,
    logHandler: (level, ...parts) => {
      const ours = LEVELS[level];
      if (ours !== undefined) request.log[ours]({ function: name }, parts.map(String).join(' '));
    },
  });
  const given = new azure.HttpRequest({
    method,
    url: `http://${host}${url}`,
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)])),
    ...(body === undefined ? {} : { body: { bytes: body } }),
  });
  const answer = await handler(given, context);
  const response = answer instanceof azure.HttpResponse ? answer : new azure.HttpResponse(answer);
  if (response.cookies.length > 0) throw new Error(`${name} sets cookies, which this host cannot`);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** A call's answer, or a 504. What never gives the processor back is not ended by this. */
async function within<T>(ms: number, name: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const text = `${name} gave no answer within ${ms / 1000} s.`;
    timer = setTimeout(() => reject(new HttpError(504, text)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
