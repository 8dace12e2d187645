/** Pages of other sites change nothing and follow nothing; programs and the lab's own pages do. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { FOREIGN_ORIGIN } from '../../../apps/web/src/plugins/same-origin.ts';
import { buildTestApp } from './helper.ts';

const HOST = 'lab.example:8080';
const WEBHOOK_SECRET = 'secret';

const FOREIGN: [string, Record<string, string>][] = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a page of another site that names no origin', { 'sec-fetch-site': 'cross-site' }],
  ['a page on another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://lab.example:9090' }],
  ['a header that says more than one thing', { 'sec-fetch-site': 'same-origin, cross-site' }],
  ['a header that says our origin beside a foreign site', { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` }],
  ['a page of another site over plain HTTP', { origin: 'http://evil.example' }],
  ['a page on another port over plain HTTP', { origin: 'http://lab.example:9090' }],
  ['a page of the same host over another protocol', { origin: `https://${HOST}` }],
  ['a sandboxed page', { origin: 'null' }],
  ['an origin that makes no sense', { origin: 'lab.example' }],
];

const OWN: [string, Record<string, string>][] = [
  ['a program', {}],
  ['a page of the lab', { 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` }],
  ['a page of the lab that names no origin', { 'sec-fetch-site': 'same-origin' }],
  ['an address that was typed', { 'sec-fetch-site': 'none' }],
  ['a page of the lab over plain HTTP', { origin: `http://${HOST}` }],
];

type Guarded = { method: string; url: string };

/** Every route that changes something or stays open, with an address that fits it. */
function guardedRoutes(app: FastifyInstance): Guarded[] {
  return app.routeTable.routes.flatMap(({ url, methods, options }) =>
    methods
      .filter((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method) || options.config?.isLive === true)
      .map((method) => ({ method, url: url.replace('*', 'x').replaceAll(/:\w+/g, 'x') })),
  );
}

const ask = (
  app: FastifyInstance,
  { method, url }: Guarded,
  headers: Record<string, string>,
): Promise<LightMyRequestResponse> =>
  app.inject({ method: method as NonNullable<InjectOptions['method']>, url, headers: { host: HOST, ...headers } });

describe('routes that change something or stay open', () => {
  it('are known, among them the ones that foreign pages would like most', async () => {
    const { app } = await buildTestApp({ webhookSecret: WEBHOOK_SECRET });
    expect(guardedRoutes(app)).toEqual(
      expect.arrayContaining([
        { method: 'POST', url: '/api/v1/ci' },
        { method: 'POST', url: '/api/v1/ci/webhook' },
        { method: 'POST', url: '/api/v1/chat/rooms/x/messages' },
        { method: 'DELETE', url: '/api/v1/stream/consumers/x' },
        { method: 'GET', url: '/api/v1/ci/x/events' },
        { method: 'GET', url: '/api/v1/ci/x/log' },
        { method: 'GET', url: '/api/v1/chat/rooms/x/events' },
        { method: 'GET', url: '/api/v1/stream/topics/x/events' },
      ]),
    );
  });

  it.each(FOREIGN)('refuse %s', async (_who, headers) => {
    const { app } = await buildTestApp({ webhookSecret: WEBHOOK_SECRET });
    for (const route of guardedRoutes(app)) {
      const answer = await ask(app, route, headers);
      expect([answer.statusCode, answer.json()], `${route.method} ${route.url}`).toEqual([
        403,
        { status: 'error', text: FOREIGN_ORIGIN },
      ]);
    }
  });

  it.each(OWN)('let %s pass', async (_who, headers) => {
    const { app } = await buildTestApp({ webhookSecret: WEBHOOK_SECRET });
    for (const route of guardedRoutes(app)) {
      const answer = await ask(app, route, headers);
      expect(answer.body, `${route.method} ${route.url}`).not.toContain(FOREIGN_ORIGIN);
    }
  });

  it('know themselves by the name that the proxy in front was asked for', async () => {
    const { app } = await buildTestApp();
    const say = async (origin: string) => {
      const headers = { origin, 'x-forwarded-host': 'lab.example', 'x-forwarded-proto': 'https' };
      return (await ask(app, { method: 'POST', url: '/api/v1/ci' }, headers)).statusCode;
    };
    expect(await say('https://lab.example')).toBe(400);
    expect(await say('https://lab.example:443')).toBe(400);
    expect(await say('http://lab.example')).toBe(403);
    expect(await say(`http://${HOST}`)).toBe(403);
  });

  it('refuse a foreign page wherever it asks for another protocol (WebSocket)', async () => {
    const { app } = await buildTestApp();
    const headers = { upgrade: 'websocket', connection: 'upgrade', origin: 'https://evil.example' };
    expect((await ask(app, { method: 'GET', url: '/' }, headers)).statusCode).toBe(403);
  });
});

describe('reading', () => {
  it('may begin on another site, also of a log in a window of its own', async () => {
    const { app } = await buildTestApp();
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask(app, { method: 'GET', url: '/' }, link)).statusCode).toBe(200);
    expect((await ask(app, { method: 'GET', url: '/api/v1/ci/x/log' }, link)).statusCode).toBe(404);
    expect((await ask(app, { method: 'GET', url: '/api/v1/ci/x/events' }, link)).statusCode).toBe(403);
    expect(
      (await ask(app, { method: 'GET', url: '/api/v1/ci/x/log' }, { ...link, 'sec-fetch-dest': 'iframe' })).statusCode,
    ).toBe(403);
  });
});
