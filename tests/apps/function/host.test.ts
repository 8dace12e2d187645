/** The function host: the contract of add_numbers, and what it makes of handlers that fail, hang or answer in their own way. */
import type { HttpHandler, HttpRequest } from '@azure/functions';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildHost } from '../../../apps/function/src/host.ts';
import { readHostSettings } from '../../../apps/function/src/host-settings.ts';
import { describeAddNumbers } from '../add-numbers-suite.ts';
import { type KeptLog, keepLog } from '../quiet-log.ts';

const SETTINGS = { routePrefix: 'api', timeoutMs: 200 };

function opened(app: FastifyInstance): FastifyInstance {
  onTestFinished(() => app.close());
  return app;
}

describeAddNumbers('/api/add_numbers', async () => opened(buildHost({ log: keepLog().log })));

/** A host with one function, `tried`. */
function hostOf(handler: HttpHandler, { log }: KeptLog = keepLog()): FastifyInstance {
  return opened(
    buildHost({ log, functions: [{ name: 'tried', methods: ['GET', 'POST'], handler }], settings: SETTINGS }),
  );
}

describe('the function host', () => {
  test('says that it is healthy', async () => {
    expect((await opened(buildHost({ log: keepLog().log })).inject('/healthz')).json()).toEqual({ status: 'ok' });
  });

  test.each([
    ['GET', '/', 404, 'There is no function at /. Functions here: /api/add_numbers.'],
    ['GET', '/api/nothing?x=1', 404, 'There is no function at /api/nothing. Functions here: /api/add_numbers.'],
    ['POST', '/add_numbers', 404, 'There is no function at /add_numbers. Functions here: /api/add_numbers.'],
    ['DELETE', '/api/add_numbers', 405, 'DELETE is not possible here. Possible: GET, HEAD, POST.'],
  ] as const)('%s %s is refused with %i', async (method, url, status, text) => {
    const answer = await opened(buildHost({ log: keepLog().log })).inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ status: 'error', text });
  });

  test('hands a handler the whole request, as Azure does', async () => {
    let seen: unknown;
    const app = hostOf(async (request: HttpRequest, context) => {
      seen = {
        method: request.method,
        url: request.url,
        name: request.query.getAll('name'),
        type: request.headers.get('content-type'),
        body: await request.text(),
        function: context.functionName,
      };
      return { status: 201, body: 'made', headers: { 'x-from': 'handler' } };
    });
    const answer = await app.inject({
      method: 'POST',
      url: '/api/tried?name=a&name=b',
      headers: { host: 'lab.example:7071', 'content-type': 'text/csv' },
      payload: 'ä,b',
    });
    expect(seen).toEqual({
      method: 'POST',
      url: 'http://lab.example:7071/api/tried?name=a&name=b',
      name: ['a', 'b'],
      type: 'text/csv',
      body: 'ä,b',
      function: 'tried',
    });
    expect([answer.statusCode, answer.body, answer.headers['x-from']]).toEqual([201, 'made', 'handler']);
    expect(answer.headers['content-type']).toBe('text/plain;charset=UTF-8');
  });

  test('answers with what a handler gives: JSON, nothing at all, or a status without a body', async () => {
    const json = await hostOf(async () => ({ jsonBody: { a: 1 } })).inject('/api/tried');
    expect([json.statusCode, json.body, json.headers['content-type']]).toEqual([200, '{"a":1}', 'application/json']);
    const nothing = await hostOf(async () => ({ status: 204 })).inject('/api/tried');
    expect([nothing.statusCode, nothing.body]).toEqual([204, '']);
  });

  test.each([
    ['that throws', () => Promise.reject(new Error('the password is hunter2'))],
    ['that answers with cookies', async () => ({ cookies: [{ name: 'a', value: 'hunter2' }] })],
    ['that answers with a status that is none', async () => ({ status: 7, body: 'hunter2' })],
  ] satisfies [string, HttpHandler][])('a handler %s: 500 in words, and the reason in the log', async (_, handler) => {
    const kept = keepLog();
    const answer = await hostOf(handler, kept).inject('/api/tried');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      status: 'error',
      text: expect.stringMatching(
        /^Something went wrong here\. Whoever runs the lab finds it in the log as req-\w+\.$/,
      ),
    });
    expect(kept.lines().find(({ msg }) => msg === 'request failed')).toMatchObject({ level: 50, reqId: 'req-1' });
  });

  test('a handler that never answers: 504 when its time is over, and the next call is served', async () => {
    let calls = 0;
    const app = hostOf(() => (++calls === 1 ? new Promise(() => undefined) : Promise.resolve({ body: 'well' })));
    const answer = await app.inject('/api/tried');
    expect(answer.statusCode).toBe(504);
    expect(answer.json()).toEqual({ status: 'error', text: 'tried gave no answer within 0.2 s.' });
    expect((await app.inject('/api/tried')).body).toBe('well');
  });

  test('a body over 1 MiB never reaches a handler', async () => {
    let called = false;
    const app = hostOf(async () => {
      called = true;
      return {};
    });
    const answer = await app.inject({ method: 'POST', url: '/api/tried', payload: Buffer.alloc(1024 * 1024 + 1) });
    expect(answer.statusCode).toBe(413);
    expect(called).toBe(false);
  });

  test("keeps a handler's log, by the level that it gave", async () => {
    const kept = keepLog();
    await hostOf(async (_request, context) => {
      context.warn('low', 'on', 3);
      return {};
    }, kept).inject('/api/tried');
    expect(kept.lines()).toContainEqual(expect.objectContaining({ level: 40, function: 'tried', msg: 'low on 3' }));
  });
});

describe('host.json', () => {
  test('says the same to our host as to that of Azure', () => {
    expect(readHostSettings()).toEqual({ routePrefix: 'api', timeoutMs: 30_000 });
    expect(
      readHostSettings({ functionTimeout: '01:02:03', extensions: { http: { routePrefix: 'x' } } }).timeoutMs,
    ).toBe(3_723_000);
  });

  test.each(['', '30', '00:00:00', '-1'])('is refused with the time limit %j', (functionTimeout) => {
    expect(() => readHostSettings({ functionTimeout, extensions: { http: { routePrefix: 'api' } } })).toThrow(
      'functionTimeout of host.json must be hh:mm:ss',
    );
  });
});
