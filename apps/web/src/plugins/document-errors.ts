/** Adds to the description of each route the errors that plugins answer with, so that no route can forget one. */
import type { FastifyInstance, RouteOptions } from 'fastify';
import { type ErrorStatus, errorsOf } from '../schemas/error.ts';

/** Completes all documented routes that are registered from now on; what a route says of a status itself counts. */
export function documentErrors(app: FastifyInstance): void {
  app.addHook('onRoute', (options) => {
    const { schema } = options;
    if (schema === undefined || schema.hide === true) return;
    const response = schema.response as Record<string, unknown> | undefined;
    options.schema = { ...schema, response: { ...errorsOf(...statusesOf(options)), ...response } };
  });
}

/** The statuses with which plugins may refuse a request to this route. */
function statusesOf({ method, schema = {}, config = {} }: RouteOptions): ErrorStatus[] {
  const isRead = [method].flat().every((each) => each === 'GET' || each === 'HEAD');
  const takesInput = !isRead || [schema.params, schema.querystring, schema.headers].some((part) => part !== undefined);
  return [
    ...(takesInput ? [400 as const] : []),
    ...(isRead ? [] : [413 as const, 415 as const]),
    ...(!isRead || config.isLive === true ? [403 as const] : []),
    ...(config.limit === undefined || config.limit === 'unlimited' ? [] : [429 as const]),
    500,
  ];
}
