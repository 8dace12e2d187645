/** Webhooks of other Git servers: only signed ones, only pushes to branches of repositories that the lab tests. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GitServer } from '../../../apps/web/src/ci/git-server.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { finished } from './ci-fixtures.ts';
import { buildTestApp, recordingQueue, strict } from './helper.ts';

const SECRET = 'correct horse';
const URL = 'https://git.example/ann/app.git';
const COMMIT = 'd'.repeat(40);
const ZEROS = '0'.repeat(40);

const hmac = (body: string | Buffer, secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest('hex');
const git = strict<GitServer>('git', { branches: async () => [{ name: 'feature/ü', commit: COMMIT }] });

const github = (change: object = {}, repository: object = {}): string =>
  JSON.stringify({
    ref: 'refs/heads/feature/ü',
    after: COMMIT,
    deleted: false,
    repository: { name: 'app', clone_url: URL, html_url: 'https://git.example/ann/app', ...repository },
    commits: [{ id: COMMIT, author: { name: 'Ann' } }],
    ...change,
  });
const gitlab = JSON.stringify({
  object_kind: 'push',
  ref: 'refs/heads/feature/ü',
  after: COMMIT,
  project: { name: 'App', git_http_url: URL, web_url: 'https://git.example/ann/app', ci_config_path: null },
  repository: { name: 'App', git_http_url: URL, homepage: null },
});

async function webhookApp() {
  const queue = recordingQueue();
  const repositories = ['myapp', URL];
  const { app, ci, runs } = await buildTestApp({ git, queue, repositories, webhookSecret: SECRET });
  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/ci/webhook',
      headers: { host: 'lab.example', 'content-type': 'application/json', ...headers },
      payload,
    });
  const signed = (payload: string, headers: Record<string, string> = {}) =>
    post(payload, { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hmac(payload)}`, ...headers });
  return { app, post, signed, queue, ci, runs };
}

describe('POST /api/v1/ci/webhook', () => {
  it.each([
    ['GitHub', github(), { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hmac(github())}` }],
    ['Gitea', github(), { 'x-gitea-event': 'push', 'x-github-event': 'push', 'x-gitea-signature': hmac(github()) }],
    ['GitLab', gitlab, { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': SECRET }],
  ])('tests what was pushed to %s', async (_server, payload, headers) => {
    const { post, queue } = await webhookApp();
    const answer = await post(payload, headers);
    const [job] = queue.jobs;
    expect(answer.statusCode).toBe(202);
    expect(answer.headers.location).toBe(`/api/v1/ci/${job?.id}`);
    expect(answer.json()).toMatchObject({
      status: 'queued',
      id: job?.id,
      repository: URL,
      branch: 'feature/ü',
      commit: COMMIT,
      pageUrl: `http://lab.example/ci/${job?.id}`,
    });
    expect(job).toMatchObject({ repository: URL, branch: 'feature/ü', commit: COMMIT });
  });

  it('reads the form that GitHub sends unless told otherwise', async () => {
    const { signed } = await webhookApp();
    const payload = String(new URLSearchParams({ payload: github() }));
    const answer = await signed(payload, { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.json()).toMatchObject({ repository: URL, branch: 'feature/ü' });
  });

  it('gives the run of a commit that is being tested already', async () => {
    const { signed, queue } = await webhookApp();
    const ids = [(await signed(github())).json().id, (await signed(github())).json().id];
    expect(ids).toEqual([queue.jobs[0]?.id, queue.jobs[0]?.id]);
  });

  it('that is sent again starts no other run, also when its run is over or gone', async () => {
    const { signed, post, queue, ci, runs } = await webhookApp();
    const { id } = (await signed(github())).json();
    await ci.record(finished(id));
    const again = await signed(github());
    expect([again.statusCode, again.headers.location]).toEqual([202, `/api/v1/ci/${id}`]);
    expect(again.json()).toMatchObject({ id, state: 'passed', status: 'success' });
    const gitea = await post(github(), { 'x-gitea-event': 'push', 'x-gitea-signature': hmac(github()) });
    expect(gitea.json().id).toBe(id);
    await runs.remove(id);
    const late = await signed(github());
    expect([late.statusCode, late.json()]).toEqual([
      202,
      { status: 'ignored', text: 'This push was tested before, and its run is no longer kept.' },
    ]);
    expect(queue.jobs).toHaveLength(1);
    expect((await signed(github({ before: COMMIT }))).json().id).not.toBe(id);
    expect(queue.jobs).toHaveLength(2);
  });

  it('is taken again where its run could not be queued', async () => {
    const { signed, queue } = await webhookApp();
    const send = queue.send.bind(queue);
    queue.send = async () => {
      throw new UnavailableError('The queue is away.');
    };
    expect((await signed(github())).statusCode).toBe(503);
    queue.send = send;
    expect((await signed(github())).statusCode).toBe(202);
    expect(queue.jobs).toHaveLength(1);
  });

  it.each([
    ['nothing', {}],
    ['another secret', { 'x-hub-signature-256': `sha256=${hmac(github(), 'other')}` }],
    ['a signature of another body', { 'x-hub-signature-256': `sha256=${hmac('{}')}` }],
    ['a signature without its prefix', { 'x-hub-signature-256': hmac(github()) }],
    ['a signature in pieces', { 'x-hub-signature-256': `sha256=${hmac(github()).slice(0, 20)}` }],
    ['an empty signature', { 'x-hub-signature-256': '', 'x-gitea-signature': '', 'x-gitlab-token': '' }],
    ['a Gitea signature with a prefix', { 'x-gitea-signature': `sha256=${hmac(github())}` }],
    ['the beginning of the secret', { 'x-gitlab-token': SECRET.slice(0, -1) }],
    ['the old kind of signature', { 'x-hub-signature': `sha1=${hmac(github())}` }],
  ])('refuses %s', async (_what, headers) => {
    const { post, queue } = await webhookApp();
    const answer = await post(github(), { 'x-github-event': 'push', ...headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual({
      status: 'error',
      text: expect.stringContaining('This request is not signed with the webhook secret of this lab.'),
    });
    expect(queue.jobs).toEqual([]);
  });

  it('reads nothing that is not signed, be it broken or not', async () => {
    const { post } = await webhookApp();
    expect((await post('{"broken')).statusCode).toBe(401);
    expect((await post('')).statusCode).toBe(401);
  });

  it('is not there without a secret', async () => {
    const { app } = await buildTestApp();
    const answer = await app.inject({ method: 'POST', url: '/api/v1/ci/webhook', payload: {} });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().text).toBe('This lab takes no webhooks: no webhook secret is configured (CI_WEBHOOK_SECRET).');
  });

  it('answers a ping', async () => {
    const { signed } = await webhookApp();
    const answer = await signed('{"zen":"Keep it logically awesome."}', { 'x-github-event': 'ping' });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'success', text: 'This webhook works: pushes will be tested.' },
    ]);
  });

  it.each([
    ['a tag', github({ ref: 'refs/tags/v1' }), {}, 'Only branches are tested, and refs/tags/v1 is none.'],
    [
      'a deletion',
      github({ deleted: true, after: ZEROS }),
      {},
      'Branch feature/ü was deleted: there is nothing to test.',
    ],
    ['a deletion at GitLab', github({ after: ZEROS }), {}, 'Branch feature/ü was deleted: there is nothing to test.'],
    [
      'another event',
      '{"action":"opened"}',
      { 'x-github-event': 'issues' },
      'Only pushes are tested; this is an event of another kind (issues).',
    ],
  ])('ignores %s in words', async (_what, payload, headers, text) => {
    const { signed, queue } = await webhookApp();
    const answer = await signed(payload, headers);
    expect([answer.statusCode, answer.json()]).toEqual([202, { status: 'ignored', text }]);
    expect(queue.jobs).toEqual([]);
  });

  it.each([
    ['of another server', { clone_url: 'https://other.example/ann/app.git', html_url: null }],
    ['of the same name elsewhere', { name: 'myapp', clone_url: 'https://git.example/bob/myapp.git', html_url: null }],
    ['without any name', { name: null, clone_url: null, html_url: null }],
    ['that is no address', { clone_url: 'myapp', html_url: null }],
  ])('refuses a repository %s', async (_what, repository) => {
    const { signed } = await webhookApp();
    const answer = await signed(github({}, repository));
    expect(answer.statusCode).toBe(403);
    expect(answer.json().text).toBe(`This lab does not test that repository. It tests \`myapp\`, \`${URL}\`.`);
  });

  it.each([
    ['its address in the lab', { clone_url: 'http://ci-1:8080/git/myapp.git', html_url: null }],
    ['its address from outside', { clone_url: 'http://lab.example/git/myapp', html_url: null }],
    ['its name alone', { name: 'myapp', clone_url: null, html_url: null }],
  ])("knows one of the lab's own by %s", async (_what, repository) => {
    const { signed } = await webhookApp();
    expect((await signed(github({}, repository))).json()).toMatchObject({ status: 'queued', repository: 'myapp' });
  });

  it.each([
    ['no JSON', '{', 'The body is not valid JSON. Set the content type of the webhook to application/json.'],
    ['no push', '[]', 'This is no push as GitHub, Gitea or GitLab tell it: `ref` or `repository` is missing or odd.'],
    [
      'an odd ref',
      '{"ref":3}',
      'This is no push as GitHub, Gitea or GitLab tell it: `ref` or `repository` is missing or odd.',
    ],
    [
      'an odd branch',
      github({ ref: 'refs/heads/--x' }),
      '`branch` cannot be the name of a branch: it begins with "-".',
    ],
  ])('refuses %s', async (_what, payload, text) => {
    const { signed } = await webhookApp();
    const answer = await signed(payload);
    expect([answer.statusCode, answer.json()]).toEqual([400, { status: 'error', text }]);
  });

  it('takes large pushes, and refuses what is larger in words', async () => {
    const { signed, post } = await webhookApp();
    const large = github({ more: 'x'.repeat(4 * 1024 * 1024) });
    expect((await signed(large)).statusCode).toBe(202);
    const answer = await post(Buffer.alloc(5 * 1024 * 1024 + 1));
    expect([answer.statusCode, answer.json().text]).toEqual([413, 'The body is larger than 5 MiB.']);
  });

  it('leaves the other routes as they are', async () => {
    const { app } = await webhookApp();
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/ci',
      headers: { 'content-type': 'text/plain' },
      payload: 'x',
    });
    expect(answer.statusCode).toBe(415);
  });
});
