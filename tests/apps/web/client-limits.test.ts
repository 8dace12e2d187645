/** Limits by address: every route has one, each grows with the people behind an address, and nobody uses up what others need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientLimits, limitClients } from '../../../apps/web/src/limits/client-limits.ts';
import {
  DOCUMENTS,
  OPEN_LIMITS,
  REQUEST_LIMITS,
  SHARE_OF_ADDRESS,
  sizeOf,
  unfinishedRuns,
} from '../../../apps/web/src/limits/table.ts';
import { handleErrors } from '../../../apps/web/src/plugins/errors.ts';
import { collectRoutes } from '../../../apps/web/src/plugins/route-table.ts';
import { PLAY_LIMITS } from '../../../apps/web/src/stream/play-limits.ts';
import { PROJECT_DIR } from '../../helpers/lab.ts';
import { buildTestApp } from './helper.ts';

const ADDRESS = '192.0.2.1';
const OTHER = '192.0.2.2';
const LAB_HOST = '10.80.0.140';
const WORDS = /^Rate limit exceeded\. Try again in (\d+ (s|min|h))\.$/;

/** The whole app, with one person at each address, and nothing behind it: what is not refused before fails with 500. */
const wholeApp = async (): Promise<FastifyInstance> =>
  (await buildTestApp({ limits: { clientsPerAddress: 1, labNetworks: ['10.80.0.128/25'] } })).app;

/** A small app with one route for each limit, and the limits themselves. */
async function limitedApp(clientsPerAddress = 1): Promise<{ app: FastifyInstance; clients: ClientLimits }> {
  const app = Fastify({ trustProxy: 'loopback' });
  handleErrors(app, collectRoutes(app));
  const clients = await limitClients(app, { clientsPerAddress, labNetworks: ['10.80.0.128/25'] });
  app.get('/api/git', { config: { limit: 'git' } }, async () => 'ok');
  onTestFinished(() => app.close());
  return { app, clients };
}

type Asked = { method: string; url: string; limit: string };

/** Every route with an address that fits it, and the limit that it names. */
const routesOf = (app: FastifyInstance): Asked[] =>
  app.routeTable.routes.map(({ url, methods, options }) => ({
    method: methods[0] ?? 'GET',
    url: url.replace('*', 'x').replaceAll(/:\w+/g, 'x'),
    limit: options.config?.limit ?? 'none',
  }));

const statusOf = async (app: FastifyInstance, { method, url }: Asked, remoteAddress: string): Promise<number> =>
  (await app.inject({ method: method as NonNullable<InjectOptions['method']>, url, remoteAddress })).statusCode;

describe('the table of limits', () => {
  it('says for each limit why it is there, and lets it grow with the people behind an address', () => {
    for (const [name, limit] of Object.entries({ ...REQUEST_LIMITS, ...OPEN_LIMITS })) {
      expect(limit.reason.length, name).toBeGreaterThan(30);
      expect(sizeOf(limit, 1), name).toBeGreaterThan(0);
      if (name !== 'chatName') expect(sizeOf(limit, 100), name).toBeGreaterThan(sizeOf(limit, 50));
    }
  });

  it('is what the documentation says', () => {
    const docs = readFileSync(join(PROJECT_DIR, 'docs/architecture.md'), 'utf8');
    const [, section = ''] = /## Limits of the site\n([\s\S]*?)\n## /.exec(docs) ?? [];
    const sizes = [
      ...Object.values(REQUEST_LIMITS).map((limit) => sizeOf(limit, 50)),
      ...Object.values(OPEN_LIMITS).flatMap((limit) => [sizeOf(limit, 50), limit.inAll]),
      ...Object.values(unfinishedRuns(50)),
      PLAY_LIMITS.consumers,
      PLAY_LIMITS.consumers * SHARE_OF_ADDRESS,
      DOCUMENTS.unsentMiB,
      DOCUMENTS.unsentMiB * SHARE_OF_ADDRESS,
    ];
    const told = new Set(section.match(/\d[\d,]*/g)?.map((text) => Number(text.replaceAll(',', ''))));
    expect(sizes.filter((size) => !told.has(size))).toEqual([]);
  });

  it('keeps what others said on a full partition of the chat for a day', () => {
    const kibibytesAnHour = sizeOf(REQUEST_LIMITS.chatKibibytes, 50) * (3_600 / REQUEST_LIMITS.chatKibibytes.seconds);
    expect((32 * 1024) / kibibytesAnHour).toBeGreaterThan(24);
  });

  it('lets one address have half of the unfinished runs at most', () => {
    for (const clients of [1, 50, 1_000]) {
      const { ofAddress, inAll } = unfinishedRuns(clients);
      expect(ofAddress).toBeGreaterThanOrEqual(clients);
      expect(ofAddress).toBeLessThanOrEqual(inAll / 2);
    }
  });
});

describe('every route', () => {
  it('names its limit, and one that names none keeps the app from starting', async () => {
    const app = await wholeApp();
    expect(routesOf(app).filter(({ limit }) => limit === 'none')).toEqual([]);
    const { app: forgetful } = await limitedApp();
    forgetful.get('/api/forgotten', async () => 'ok');
    await expect(forgetful.ready()).rejects.toThrow('The route GET /api/forgotten names no limit.');
  });

  it('is unlimited only where it costs next to nothing', async () => {
    const unlimited = routesOf(await wholeApp())
      .filter(({ limit, url }) => limit === 'unlimited' && !/^\/(api\/docs|[\w.-]+$)/.test(url))
      .map(({ method, url }) => `${method} ${url}`);
    expect([...new Set(unlimited)].sort()).toEqual([
      'GET /',
      'GET /api/openapi.json',
      'GET /api/v1/add_numbers',
      'GET /api/v1/status',
      'HEAD /',
      'HEAD /api/openapi.json',
      'HEAD /api/v1/add_numbers',
      'HEAD /api/v1/status',
      'POST /api/v1/add_numbers',
    ]);
  });

  it('that is limited refuses an address that asks too often, and no other one, and no host of the lab', async () => {
    const app = await wholeApp();
    const limited = routesOf(app).filter(({ limit }) => limit in REQUEST_LIMITS);
    const byLimit = Map.groupBy(limited, ({ limit }) => limit);
    expect([...byLimit.keys()].sort()).toEqual(
      ['chatRead', 'chatWrite', 'git', 'open', 'read', 'streamPlay', 'streamRead', 'webhook'].sort(),
    );
    for (const [name, routes] of byLimit) {
      const most = sizeOf(REQUEST_LIMITS[name as keyof typeof REQUEST_LIMITS], 1);
      const asked = routes[0] as Asked;
      for (let count = 0; count < most; count += 1) {
        expect(await statusOf(app, asked, ADDRESS), name).not.toBe(429);
        expect(await statusOf(app, asked, LAB_HOST), name).not.toBe(429);
      }
      for (const route of routes) {
        expect(await statusOf(app, route, ADDRESS), `${route.method} ${route.url}`).toBe(429);
        expect(await statusOf(app, route, OTHER), `${route.method} ${route.url}`).not.toBe(429);
        expect(await statusOf(app, route, LAB_HOST), `${route.method} ${route.url}`).not.toBe(429);
      }
    }
  });

  it('that is limited describes it', async () => {
    const app = await wholeApp();
    for (const { url, methods, options } of app.routeTable.routes) {
      if (options.schema === undefined || options.schema.hide === true || methods.includes('HEAD')) continue;
      const isLimited = options.config?.limit !== 'unlimited';
      expect(Object.keys(options.schema.response ?? {}).includes('429'), url).toBe(isLimited);
    }
  });

  it('that adds numbers answers as often as it is asked', async () => {
    const app = await wholeApp();
    const statuses = new Set<number>();
    for (let count = 0; count < 500; count += 1) {
      const url = '/api/v1/add_numbers?num1=1&num2=2';
      statuses.add(await statusOf(app, { method: 'GET', url, limit: 'unlimited' }, ADDRESS));
    }
    expect([...statuses]).toEqual([200]);
  });
});

describe('a limit', () => {
  const ask = (app: FastifyInstance, remoteAddress: string, headers = {}) =>
    app.inject({ url: '/api/git', remoteAddress, headers });

  it('is refused in words, and says when to try again', async () => {
    const { app } = await limitedApp();
    for (let count = 0; count < 20; count += 1) expect((await ask(app, ADDRESS)).statusCode).toBe(200);
    const refused = await ask(app, ADDRESS);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toEqual({ status: 'error', text: expect.stringMatching(WORDS) });
    expect(refused.json().text).toBe(`Rate limit exceeded. Try again in ${refused.headers['retry-after']} s.`);
    expect((await ask((await limitedApp(50)).app, ADDRESS)).statusCode).toBe(200);
  });

  it('counts the address that the proxy in front saw, and an IPv6 network as one', async () => {
    const { app } = await limitedApp();
    const from = (address: string) => ask(app, '127.0.0.1', { 'x-forwarded-for': address });
    for (let count = 0; count < 20; count += 1) await from(`2001:db8:0:1::${count}`);
    expect((await from('2001:db8:0:1:ffff::1')).statusCode).toBe(429);
    expect((await from('2001:db8:0:2::1')).statusCode).toBe(200);
    for (let count = 0; count < 20; count += 1) await from('::ffff:192.0.2.1');
    expect((await from(ADDRESS)).statusCode).toBe(429);
    expect((await from('10.80.0.127')).statusCode).toBe(200);
    // A client cannot say that it is somebody else: of what the header names, only the last address is the proxy's word.
    expect((await from(`${LAB_HOST}, ${ADDRESS}`)).statusCode).toBe(429);
  });

  it('takes all of an amount or nothing, and says hours where it takes hours', async () => {
    const { app, clients } = await limitedApp();
    const tried: (string | number)[] = [];
    app.get('/api/amount', { config: { limit: 'unlimited' } }, async (request) => {
      const { amount } = request.query as { amount: string };
      await clients.count('chatKibibytes', request, { amount: Number(amount) });
    });
    app.get('/api/room', { config: { limit: 'unlimited' } }, (request) => clients.count('chatRooms', request));
    const take = async (amount: number): Promise<void> => {
      const answer = await app.inject({ url: `/api/amount?amount=${amount}`, remoteAddress: ADDRESS });
      tried.push(answer.statusCode);
    };
    for (const amount of [80, 9, 8, 1]) await take(amount);
    expect(tried).toEqual([200, 429, 200, 429]);
    for (let count = 0; count < 21; count += 1) await app.inject({ url: '/api/room', remoteAddress: ADDRESS });
    const refused = await app.inject({ url: '/api/room', remoteAddress: ADDRESS });
    expect(refused.json().text).toBe('Rate limit exceeded. Try again in 24 h.');
  });

  it('remembers a bounded number of addresses', async () => {
    const { app } = await limitedApp();
    for (let count = 0; count <= 20; count += 1) await ask(app, ADDRESS);
    expect((await ask(app, ADDRESS)).statusCode).toBe(429);
    for (let count = 0; count < 5_000; count += 1) await ask(app, `198.51.${count >> 8}.${count % 256}`);
    expect((await ask(app, ADDRESS)).statusCode).toBe(200);
  });
});
