/** The service of the container: the contract of add_numbers at both of its paths, and words for every other request. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildApp } from '../../../apps/numbers/src/app.ts';
import { describeAddNumbers } from '../add-numbers-suite.ts';
import { keepLog } from '../quiet-log.ts';

async function open(log = keepLog().log): Promise<FastifyInstance> {
  const app = buildApp(log);
  onTestFinished(() => app.close());
  return app;
}

describeAddNumbers('/add_numbers', open);
describeAddNumbers('/api/v1/add_numbers', open);

describe('the service', () => {
  test('says that it is healthy', async () => {
    const answer = await (await open()).inject('/healthz');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['GET', '/', 404, 'There is nothing at /. Try /add_numbers.'],
    ['GET', '/add_numbers/?num1=1', 404, 'There is nothing at /add_numbers/. Try /add_numbers.'],
    ['POST', '/nothing', 404, 'There is nothing at /nothing. Try /add_numbers.'],
    ['DELETE', '/add_numbers', 405, 'DELETE is not possible here. Possible: GET, HEAD, POST.'],
    ['PUT', '/healthz', 405, 'PUT is not possible here. Possible: GET, HEAD.'],
    ['GET', '/%zz', 400, 'The address holds a broken %-code.'],
  ] as const)('%s %s is refused with %i', async (method, url, status, text) => {
    const answer = await (await open()).inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ status: 'error', text });
  });

  test('names the methods that are possible, to whoever asks', async () => {
    const answer = await (await open()).inject({ method: 'OPTIONS', url: '/add_numbers' });
    expect([answer.statusCode, answer.headers.allow, answer.body]).toEqual([204, 'GET, HEAD, POST', '']);
  });

  test('logs each request by its path and outcome, without what was sent', async () => {
    const { log, lines } = keepLog();
    const app = await open(log);
    await app.inject('/add_numbers?num1=123456&num2=2');
    await app.inject('/add_numbers?num1=123456');
    await app.inject('/healthz');
    const requests = lines().filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject([
      { level: 30, method: 'GET', path: '/add_numbers', status: 200, ms: expect.any(Number) },
      { level: 30, method: 'GET', path: '/add_numbers', status: 400 },
      { level: 20, path: '/healthz', status: 200 },
    ]);
    expect(JSON.stringify(lines())).not.toContain('123456');
  });
});
