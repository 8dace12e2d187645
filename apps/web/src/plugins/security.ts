/** The headers that keep a page to its own origin. */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const SELF = ["'self'"];
const NONE = ["'none'"];

/** Sets them on every answer; a route that needs other ones sets them itself. */
export async function secureHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: NONE,
        scriptSrc: SELF,
        styleSrc: SELF,
        imgSrc: ["'self'", 'data:'],
        fontSrc: SELF,
        connectSrc: SELF,
        formAction: SELF,
        baseUri: NONE,
        frameAncestors: NONE,
      },
    },
    // The proxy in front ends TLS and knows whether its certificate is one to insist on: a local lab's is not.
    strictTransportSecurity: false,
    // Where there is no TLS in front, browsers ignore it and complain: set below, where there is.
    crossOriginOpenerPolicy: false,
    // A report's sandbox is another kind of origin at the same address, which browsers warn of with this header.
    originAgentCluster: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https') reply.header('cross-origin-opener-policy', 'same-origin');
  });
}

/** What a coverage report may load: its own files, and nothing else. */
const REPORT_SOURCES = [
  "default-src 'none'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
];

/** Policies of a coverage report, which is what other people's code has written. */
export const REPORT_POLICIES = {
  /** The page of the lab around it. */
  page: "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  /** In that frame its own scripts run, in an origin of their own that reaches nothing of ours. */
  framed: ['sandbox allow-scripts', ...REPORT_SOURCES, "script-src 'self'", "frame-ancestors 'self'"].join('; '),
  /** By itself, where its scripts could lead the window elsewhere, it has none. */
  bare: ['sandbox', ...REPORT_SOURCES, "frame-ancestors 'none'"].join('; '),
} as const;
