/** A project folder with just what decides which Pulumi it wants, and a vendor on this machine that releases it. */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import type { CommandResult, RunCommand } from '../../tools/launcher/command.ts';
import type { LabPaths } from '../../tools/launcher/paths.ts';
import type { Vendor } from '../../tools/launcher/pulumi-vendor.ts';

export const version = '9.8.7';
export const pluginVersion = '6.5.4';

export function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cloud-lab-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function fakeProject(folder: string): LabPaths {
  const projectDir = join(folder, 'project');
  const dependencies = { '@pulumi/pulumi': version, '@pulumi/docker': pluginVersion };
  write(join(projectDir, 'package.json'), JSON.stringify({ dependencies }));
  const tools = ['pulumi-cli/go.mod', 'pulumi-cli/go.sum', 'pulumi-docker/go.mod', 'pulumi-docker/go.sum'];
  for (const file of [
    ...tools,
    'pulumi-docker/main.go',
    'pulumi-language-nodejs.mjs',
    'pulumi-resource-pulumi-nodejs',
  ]) {
    write(join(projectDir, 'tools', file), `of ${file}`);
  }
  return { projectDir, cacheDir: join(folder, 'cache'), dataDir: join(folder, 'data') };
}

/** Commands of a machine: `answers` maps "command arg arg" to what it gives; all others are missing. */
export function fakeRun(
  answers: Record<string, Partial<CommandResult> | (() => Partial<CommandResult>)>,
): RunCommand & {
  calls: string[];
} {
  const calls: string[] = [];
  const run: RunCommand = async (command, args, options) => {
    const line = [command, ...args].join(' ');
    calls.push(line);
    const key = Object.keys(answers).find((prefix) => line.includes(prefix));
    const answer = key === undefined ? { missing: true } : answers[key];
    const home = options?.env?.PULUMI_HOME;
    if (line.includes('plugin install') && home !== undefined && key !== undefined) {
      write(join(home, `plugins/resource-docker-v${pluginVersion}/pulumi-resource-docker`), 'plugin', 0o755);
    }
    const given = typeof answer === 'function' ? answer() : answer;
    const missing = given?.missing === true;
    return { status: missing ? null : 0, stdout: '', stderr: '', missing: false, timedOut: false, ...given };
  };
  return Object.assign(run, { calls });
}

export type FakeVendor = AsyncDisposable & { vendor: Vendor; asked: string[] };

/** A vendor on the loopback; it spoils what `fault` names. */
export async function fakeVendor(
  folder: string,
  fault?: 'not found' | 'wrong checksum' | 'silent' | 'cut' | 'no plugin',
): Promise<FakeVendor> {
  const release = join(folder, 'release');
  for (const name of ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-pulumi-nodejs']) {
    write(join(release, 'pulumi', name), `#!/bin/sh\n# ${name}\n`, 0o755);
  }
  const file = `pulumi-v${version}-${process.platform}-${process.arch}.tar.gz`;
  await create({ gzip: true, cwd: release, file: join(folder, file) }, ['pulumi']);
  const archive = readFileSync(join(folder, file));
  const sha256 = createHash('sha256')
    .update(fault === 'wrong checksum' ? 'other' : archive)
    .digest('hex');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    if (fault === 'silent') return;
    if (fault === 'not found') response.writeHead(404).end();
    else if (url.endsWith('checksums.txt')) response.end(`${'0'.repeat(64)}  other.tar.gz\n${sha256}  ${file}\n`);
    else if (url.includes('resource-docker')) response.writeHead(fault === 'no plugin' ? 404 : 200).end();
    else if (fault === 'cut') {
      response
        .writeHead(200, { 'content-length': archive.length })
        .write(archive.subarray(0, 100), () => response.destroy());
    } else response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { answerMs: 300, stallMs: 2000, totalMs: 5000 };
  return {
    vendor: { cliUrl: `${url}/sdk`, checksumsUrl: url, pluginsUrl: `${url}/plugins`, limits },
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
