/** Who may push to the lab's Git server, however the request is spelled: whoever has the password, and nobody else. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { pushUrlOf } from '../helpers/ci.ts';
import { type SpelledRequest, spellPushes, spellPushRequests } from '../helpers/git-spellings.ts';
import { outputOf } from '../helpers/launcher.ts';

const { outputs } = inject('e2e');
const REPOSITORY = 'myapp';
/** What a server says to whoever may push. */
const ADVERTISED = '# service=git-receive-pack';
const ZEROS = '0'.repeat(40);
const AT_ONCE = 8;

type Answer = { status: number; body: string };

/** Sends a request as it is spelled: clients of a higher level would make it proper first. */
async function send({ method, path, headers = {} }: SpelledRequest, body?: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const type = body === undefined ? {} : { 'content-type': 'application/x-git-receive-pack-request' };
  const { hostname, port } = new URL(outputs.webUrl);
  request({ hostname, port, method, path, headers: { ...type, ...headers } }, (response) => {
    buffer(response).then(
      (content) => resolve({ status: response.statusCode ?? 0, body: content.toString('latin1') }),
      reject,
    );
  })
    .once('error', reject)
    .end(body);
  return promise;
}

/** What `git push` sends to point a new branch to a commit that the server has: no objects. */
function pushOf(branch: string, commit: string): Buffer {
  const command = `${ZEROS} ${commit} refs/heads/${branch}\0 report-status`;
  const line = (command.length + 4).toString(16).padStart(4, '0') + command;
  // An empty pack, and its SHA-1.
  const pack = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex');
  return Buffer.concat([Buffer.from(`${line}0000`), pack]);
}

/** Does something with each item, some at once. @returns what came of it, in the same order */
async function mapSome<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

describe('the Git server', () => {
  const gitUrl = `${outputs.webUrl}/git/${REPOSITORY}.git`;
  const name = `pushed-${randomUUID()}`;
  let commit: string;

  /** The branches of this test's that are there, without what they have in common. */
  const pushed = async (): Promise<string[]> => {
    const heads = await outputOf('git', ['ls-remote', '--heads', gitUrl]);
    return heads.split('\n').flatMap((line) => line.split(`refs/heads/${name}-`)[1] ?? []);
  };

  beforeAll(async () => {
    commit = (await outputOf('git', ['ls-remote', '--heads', gitUrl, 'main'])).split('\t')[0] ?? '';
  });

  test('takes a push from whoever has the password', async () => {
    const { username, password } = new URL(await pushUrlOf(REPOSITORY));
    const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
    const push = { method: 'POST', path: `/git/${REPOSITORY}.git/git-receive-pack`, headers };
    expect(await send(push, pushOf(`${name}-mine`, commit))).toMatchObject({ status: 200 });
    expect(await pushed()).toEqual(['mine']);
    const asked = { method: 'GET', path: `/git/${REPOSITORY}.git/info/refs?service=git-receive-pack`, headers };
    expect((await send(asked)).body).toContain(ADVERTISED);
    await outputOf('git', ['push', '--quiet', await pushUrlOf(REPOSITORY), `:refs/heads/${name}-mine`]);
  });

  test('gives nobody else leave to push, however it is asked', async () => {
    const requests = spellPushRequests(REPOSITORY);
    const answers = await mapSome(requests, (each) => send(each));
    expect(requests.filter((_, index) => answers[index]?.body.includes(ADVERTISED))).toEqual([]);
    expect(requests.filter((_, index) => (answers[index]?.status ?? 500) >= 500)).toEqual([]);
  });

  test('takes no push from anybody else, however it is sent', async () => {
    const requests = spellPushes(REPOSITORY);
    const answers = await mapSome([...requests.entries()], ([index, each]) =>
      send(each, pushOf(`${name}-${index}`, commit)),
    );
    expect((await pushed()).map((index) => requests[Number(index)])).toEqual([]);
    expect(requests.filter((_, index) => (answers[index]?.status ?? 500) >= 500)).toEqual([]);
  });
});
