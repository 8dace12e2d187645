/** What the web host's proxy takes and refuses, before and behind it. */
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, inject, test } from 'vitest';

const { outputs } = inject('e2e');

type Answer = { status: number; body: string };

/** A request with headers of one's own choice, the name of the host among them. */
function send(path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { hostname, port } = new URL(outputs.webUrl);
  request({ hostname, port, path, method, headers }, (response) => {
    buffer(response).then((content) => resolve({ status: response.statusCode ?? 0, body: content.toString() }), reject);
  })
    .once('error', reject)
    .end(body);
  return promise;
}

describe('the site', () => {
  const port = new URL(outputs.webUrl).port;

  test.each([
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    'localhost@evil.example',
    'evil.example#localhost',
  ])('answers nothing to a page that reached it as %j', async (host) => {
    for (const path of ['/', '/healthz', '/api/v1/ci', '/git/myapp.git/info/refs?service=git-upload-pack']) {
      const { status, body } = await send(path, { headers: { host } });
      // An odd name is refused by the proxy itself.
      expect([400, 421], `${path} ${body}`).toContain(status);
    }
    expect((await send('/api/v1/add_numbers', { method: 'POST', headers: { host }, body: '{}' })).status).toBeOneOf([
      400, 421,
    ]);
  });

  test.each(['localhost', 'LOCALHOST', '127.0.0.1', 'web'])('answers to its own name %s', async (name) => {
    expect((await send('/healthz', { headers: { host: `${name}:${port}` } })).status).toBe(200);
  });

  test.each(['content-length', 'chunked'])('says each time that a body is too large (%s)', async (kind) => {
    const body = 'x'.repeat(3_000_000);
    const length = kind === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
    const headers = { 'content-type': 'application/json', ...length };
    const answers: Answer[] = [];
    for (let times = 0; times < 60; times += 1)
      answers.push(await send('/api/v1/add_numbers', { method: 'POST', headers, body }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({ status: 'error', text: 'The body is larger than 1 MiB.' });
  });
});
