/** Branches are looked up with the real git command, at a Git server over HTTP. */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitServer, parseBranches } from '../../../apps/web/src/ci/git-server.ts';
import { scratchFolder } from './helper.ts';

const root = scratchFolder();
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: root,
    encoding: 'utf8',
  });

// Git's simple protocol: a bare repository as plain files.
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  const status = { private: 401, closed: 403, broken: 500 }[pathname.split('/')[1] ?? ''];
  if (status !== undefined) return void response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end();
  if (pathname.startsWith('/page/'))
    return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>\n<h1>Hello\n');
  const file = join(root, normalize(pathname));
  if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
  else response.writeHead(404).end();
});
let base = '';
const ONLY_PUBLIC = 'Only public repositories can be tested.';

beforeAll(async () => {
  git('init', '-q', '-b', 'main', 'work');
  git('-C', 'work', 'commit', '-q', '--allow-empty', '-m', 'first');
  git('-C', 'work', 'branch', 'feature/x');
  git('-C', 'work', 'tag', 'v1');
  git('clone', '-q', '--bare', 'work', 'myapp.git');
  git('-C', 'myapp.git', 'update-server-info');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('createGitServer', () => {
  it('lists branches, and nothing else', async () => {
    const commit = git('-C', 'work', 'rev-parse', 'main').trim();
    expect(await createGitServer(base).branches('myapp')).toEqual([
      { name: 'feature/x', commit },
      { name: 'main', commit },
    ]);
  });

  it('says that a repository is not there', async () => {
    await expect(createGitServer(base).branches('other')).rejects.toMatchObject({
      statusCode: 404,
      message: "The lab's Git server has no repository `other` yet.",
    });
  });

  it('says that the server does not answer', async () => {
    await expect(createGitServer('http://127.0.0.1:1').branches('myapp')).rejects.toMatchObject({
      statusCode: 503,
      message: expect.stringContaining("The lab's Git server does not answer"),
    });
  });

  it('takes a URL as it is, with the ending .git or without', async () => {
    const commit = git('-C', 'work', 'rev-parse', 'main').trim();
    const server = createGitServer('http://127.0.0.1:1');
    expect(await server.branches(`${base}/myapp.git`)).toContainEqual({ name: 'main', commit });
  });

  it.each([
    ['none', 404, (url: string) => `There is no repository at ${url}.`],
    ['page', 404, (url: string) => `There is no repository at ${url}.`],
    ['private', 400, (url: string) => `${url} asks for a password: it is private, or not there. ${ONLY_PUBLIC}`],
    ['closed', 400, (url: string) => `${url} asks for a password: it is private, or not there. ${ONLY_PUBLIC}`],
    [
      'broken',
      503,
      (url: string) => `The server of ${url} does not answer, so the branch cannot be looked up. Try again soon.`,
    ],
  ])('says in words what is wrong with a %s URL', async (name, statusCode, text) => {
    const url = `${base}/${name}/app.git`;
    await expect(createGitServer(base).branches(url)).rejects.toMatchObject({ statusCode, message: text(url) });
  });

  it('says that the server of a URL does not answer', async () => {
    await expect(createGitServer(base).branches('http://127.0.0.1:1/app.git')).rejects.toMatchObject({
      statusCode: 503,
      message: expect.stringContaining('The server of http://127.0.0.1:1/app.git does not answer'),
    });
  });

  it('lets no name leave the repository folder', async () => {
    await expect(createGitServer(base).branches('../myapp')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('parseBranches', () => {
  it('skips what is no branch', () => {
    const id = 'a'.repeat(40);
    expect(parseBranches(`${id}\tHEAD\n${id}\trefs/tags/v1\nwarning: x\n${id}\trefs/heads/a/b\n`)).toEqual([
      { name: 'a/b', commit: id },
    ]);
  });
});
