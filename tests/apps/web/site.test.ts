/** The site around the services: its first page, its headers, its errors, its documentation. */
import { describe, expect, it } from 'vitest';
import type { HealthChecks, HealthReport } from '../../../apps/web/src/health/health.ts';
import { buildMetricsApp } from '../../../apps/web/src/metrics-app.ts';
import { createMetrics } from '../../../apps/web/src/plugins/metrics.ts';
import { buildTestApp, silent, strict } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const report = (status: 'ok' | 'down'): HealthReport => ({
  status,
  checkedAt: '2026-03-01T10:00:00.000Z',
  services: [
    { name: 'kafka', title: 'Kafka', status, text: status === 'ok' ? 'One broker answers.' : 'Kafka is away.' },
  ],
});
const healthOf = (status: 'ok' | 'down'): HealthChecks => ({ check: async () => report(status) });

describe('the first page', () => {
  it('says what the lab is and where, without JavaScript', async () => {
    const { app } = await buildTestApp({
      endpoints: {
        apiUrl: 'http://lab.example/api/v1',
        kafkaBootstrap: 'lab.example:9094',
        odd: 'javascript:alert(1)',
      },
    });
    const answer = await app.inject('/');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<title>Cloud Lab</title>');
    expect(answer.body).toContain('<a href="http://lab.example/api/v1">http://lab.example/api/v1</a>');
    expect(answer.body).toContain('<code>lab.example:9094</code>');
    expect(answer.body).toContain('<code>javascript:alert(1)</code>');
    expect(answer.body).toContain('<form action="/api/v1/add_numbers" method="get">');
    expect(answer.body).toContain('http://lab.example/api/v1/ci');
    expect(answer.body).not.toMatch(/(src|href)="(https?:)?\/\/(?!lab\.example)/);
  });

  it('escapes names and addresses', async () => {
    const { app } = await buildTestApp({ endpoints: { '<b>': 'http://x/"><script>' } });
    expect((await app.inject('/')).body).not.toMatch(/<b>|"><script>/);
  });

  it('shows nothing of a Host header that is none', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject({ url: '/', headers: { host: '"><script>alert(1)</script>' } });
    expect(answer.body).not.toContain('<script>alert');
  });

  it('has a strict policy', async () => {
    const { app } = await buildTestApp();
    const { headers } = await app.inject('/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';" +
        "connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('keeps windows apart over TLS alone, as browsers do', async () => {
    const { app } = await buildTestApp();
    const openerPolicy = async (protocol: string): Promise<unknown> => {
      const { headers } = await app.inject({ url: '/', headers: { 'x-forwarded-proto': protocol } });
      return headers['cross-origin-opener-policy'];
    };
    expect(await openerPolicy('http')).toBeUndefined();
    expect(await openerPolicy('https')).toBe('same-origin');
  });

  it('comes with its style', async () => {
    const { app } = await buildTestApp();
    expect((await app.inject('/lab.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await app.inject('/favicon.svg')).statusCode).toBe(200);
    expect((await app.inject('/../package.json')).statusCode).toBe(404);
    expect((await app.inject('/%2e%2e/package.json')).statusCode).toBe(404);
  });
});

describe('errors', () => {
  it.each(['/api', '/api/', '/api/v1/nothing', '/api/v2', '/api?x=1'])('are JSON at %s', async (url) => {
    const { app } = await buildTestApp();
    const answer = await app.inject(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status: 'error', text: expect.stringContaining('There is nothing at /api') });
  });

  it.each(['/nothing', '/metrics', '/apix', '/%3Cscript%3E'])('are a page at %s', async (url) => {
    const { app } = await buildTestApp();
    const answer = await app.inject(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('<h1>Not Found</h1>');
    expect(answer.body).not.toContain('<script>');
  });

  it.each([
    ['PUT', '/api/v1/add_numbers', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/api/v1/ci', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/api/v1/ci/branches', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/static/main/index.html', 'GET, HEAD, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    // Of two routes that fit an address, only the more specific one is there.
    ['GET', '/api/v1/ci/webhook', 'OPTIONS, POST'],
    ['HEAD', '/api/v1/ci/webhook', 'OPTIONS, POST'],
    ['PUT', '/api/v1/ci/webhook', 'OPTIONS, POST'],
    ['GET', '/api/v1/ci/%77ebhook', 'OPTIONS, POST'],
    ['GET', '/api/v1/stream/messages', 'DELETE, OPTIONS, POST'],
  ] as const)('tell the right methods to %s %s', async (method, url, allow) => {
    const { app } = await buildTestApp();
    const sent =
      method === 'GET' || method === 'HEAD' ? {} : { payload: 'x', headers: { 'content-type': 'text/plain' } };
    const answer = await app.inject({ method, url, ...sent });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    if (method !== 'HEAD') expect(answer.body).toContain(`${method} is not possible here.`);
  });

  it('answer OPTIONS with the methods', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject({ method: 'OPTIONS', url: '/api/v1/add_numbers' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    const webhook = await app.inject({ method: 'OPTIONS', url: '/api/v1/ci/webhook' });
    expect([webhook.statusCode, webhook.headers.allow]).toEqual([204, 'OPTIONS, POST']);
    expect((await app.inject({ method: 'OPTIONS', url: '/api/v1/none' })).statusCode).toBe(404);
  });

  it('tell a broken address in words', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject('/api/%zz');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ status: 'error', text: 'The address holds a broken %-code.' });
  });

  it('never show what broke inside', async () => {
    const list = async (): Promise<never> => {
      throw new Error('password=s3cret at /srv/web.mjs:1');
    };
    const { app } = await buildTestApp({ runs: { ...createMemoryRunStore(), list } });
    const answer = await app.inject('/api/v1/ci');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({
      status: 'error',
      text: expect.stringContaining('Something went wrong here.'),
    });
    expect(answer.body).not.toMatch(/s3cret|web\.mjs/);
  });
});

describe('health', () => {
  it('is 200 when all is well, 503 with names and words when not', async () => {
    const well = await (await buildTestApp({ health: healthOf('ok') })).app.inject('/healthz');
    expect([well.statusCode, well.json().status]).toEqual([200, 'ok']);
    const ill = await (await buildTestApp({ health: healthOf('down') })).app.inject('/healthz');
    expect(ill.statusCode).toBe(503);
    expect(ill.json()).toEqual(report('down'));
  });

  it('has details for the page', async () => {
    const { app } = await buildTestApp({ health: healthOf('down'), endpoints: { webUrl: 'http://x' } });
    const answer = await app.inject('/api/v1/status');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      lab: { name: 'test', version: '1.2.3', endpoints: { webUrl: 'http://x' } },
      ...report('down'),
    });
  });

  it('and metrics are on a port of their own', async () => {
    const metrics = createMetrics();
    metrics.runs.inc({ state: 'passed' });
    const app = buildMetricsApp(metrics, healthOf('ok'), silent);
    const answer = await app.inject('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.body).toContain('lab_ci_runs_finished_total{state="passed"} 1');
    expect(answer.body).toContain('process_cpu_user_seconds_total');
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    await app.close();
  });
});

describe('the documentation', () => {
  it('describes every service', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject('/api/openapi.json');
    const { openapi, paths, info } = answer.json();
    expect(openapi).toBe('3.1.0');
    expect(info.version).toBe('1.2.3');
    expect(Object.keys(paths).sort()).toEqual([
      '/api/v1/add_numbers',
      '/api/v1/chat/rooms',
      '/api/v1/chat/rooms/{room}',
      '/api/v1/chat/rooms/{room}/events',
      '/api/v1/chat/rooms/{room}/messages',
      '/api/v1/chat/rooms/{room}/typing',
      '/api/v1/ci',
      '/api/v1/ci/branches',
      '/api/v1/ci/usage',
      '/api/v1/ci/webhook',
      '/api/v1/ci/{id}',
      '/api/v1/ci/{id}/coverage',
      '/api/v1/ci/{id}/coverage/{*}',
      '/api/v1/ci/{id}/events',
      '/api/v1/ci/{id}/log',
      '/api/v1/ci/{id}/report/{*}',
      '/api/v1/ci/{id}/tests',
      '/api/v1/status',
      '/api/v1/stream',
      '/api/v1/stream/consumers',
      '/api/v1/stream/consumers/{id}',
      '/api/v1/stream/messages',
      '/api/v1/stream/topics/{topic}/events',
      '/api/v1/stream/topics/{topic}/messages',
      '/api/v1/stream/topics/{topic}/messages/{partition}/{offset}',
      '/healthz',
    ]);
    expect(paths['/api/v1/add_numbers'].post.requestBody.content['application/json'].schema.required).toEqual([
      'num1',
      'num2',
    ]);
  });

  it('has a page of its own files under a strict policy', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject('/api/docs');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    expect(answer.body).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-initializer.js']) {
      expect((await app.inject(`/api/docs/static/${file}`)).statusCode).toBe(200);
    }
  });
});

describe('strict fakes', () => {
  it('refuse what a test did not expect', () => {
    expect(() => strict<HealthChecks>('health').check()).toThrow('unexpected use of health.check');
  });
});
