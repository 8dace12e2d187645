/** Refuses what a page of another site asks for in a visitor's name: changes, and streams that stay open. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';
import { originOf } from '../routes/origin.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer stays open while something happens. Set by itself for Server-Sent Events. */
    isLive?: boolean;
    /** A live answer that is also a document: a link on another site may open it in a window of its own. */
    isDocument?: boolean;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** A page of the lab itself, and a person who typed the address. */
const OWN_SITES = new Set(['same-origin', 'none']);

/** The words of the refusal. */
export const FOREIGN_ORIGIN =
  'A page of another site asked for this. Use the pages of the lab, or a program that is no browser.';

/**
 * Refuses (403) requests of a foreign origin that change something or open a live stream. Browsers name the origin in
 * `Sec-Fetch-Site`, or over plain HTTP in `Origin`; programs send neither.
 */
export function refuseForeignOrigins(app: FastifyInstance): void {
  app.addHook('onRoute', (options) => {
    if ('sse' in options) options.config = { ...options.config, isLive: true };
  });
  app.addHook('onRequest', async (request) => {
    if (isGuarded(request) && isForeign(request)) throw new HttpError(403, FOREIGN_ORIGIN);
  });
}

function isGuarded({ method, headers, routeOptions: { config } }: FastifyRequest): boolean {
  if (!SAFE_METHODS.has(method) || headers.upgrade !== undefined) return true;
  const isOpened = config.isDocument === true && headers['sec-fetch-dest'] === 'document';
  return config.isLive === true && !isOpened;
}

function isForeign(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) return !OWN_SITES.has(String(site));
  return origin !== undefined && !isSame(origin, originOf(request));
}

/** Compares origins as browsers do: without the default port, and `null` is no origin of ours. */
const isSame = (origin: string, own: string): boolean =>
  URL.canParse(origin) && URL.canParse(own) && new URL(origin).origin === new URL(own).origin;
