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
  const file = join(root, normalize(new URL(request.url ?? '/', 'http://x').pathname));
  if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
  else response.writeHead(404).end();
});
let base = '';

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
