import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { labPortBase } from '../../infra/clouds/local/addresses.ts';
import type { LabOutputs } from '../../infra/outputs.ts';
import { stackFile } from '../../tools/launcher/stack-config.ts';
import type { LabStatus } from '../../tools/launcher/verbs/status.ts';
import { configWith, PROJECT_DIR } from '../helpers/lab.ts';
import { lab, leftovers, outputOf, run, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const container = (host: string): Promise<string> =>
  outputOf('docker', ['inspect', '--format', '{{.Id}}', `lab-${stack}-${host}`]);

/** Runs the CI on main. @returns the address of its report, which lies in the blob storage */
async function runCi(): Promise<string> {
  const response = await fetch(`${outputs.apiUrl}/ci`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ branch: 'main' }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { reportUrl: string }).reportUrl;
}

describe('a lab that is up', () => {
  test('is not changed by a second up, and plain pulumi preview shows no change', async () => {
    const before = await container('web');
    const again = await lab(['up', stack]);
    expect(again, again.stderr).toMatchObject({ status: 0 });
    expect(again.stderr).toContain('0 changed');
    expect(await container('web')).toBe(before);
    const preview = await lab(['pulumi', 'preview', '--stack', stack, '--expect-no-changes']);
    expect(preview, preview.stdout + preview.stderr).toMatchObject({ status: 0 });
  });

  test('says how each service is', async () => {
    const status = await lab(['status', stack, '--json']);
    expect(status.status).toBe(0);
    const { hosts, kafka } = JSON.parse(status.stdout) as LabStatus;
    expect(hosts).toHaveLength(Object.keys(outputs.hosts).length);
    expect(kafka).toMatchObject({ brokerCount: 1, brokers: [{ id: 1 }] });
    expect(kafka?.topics.map(({ topic }) => topic)).toContain('test_topic');
    expect(kafka?.groups.find(({ group }) => group === 'ci-runners')).toMatchObject({ state: 'Stable', members: 2 });
  });

  test('is repaired when someone has removed a container', async () => {
    const report = await runCi();
    const id = /[0-9a-f-]{36}/.exec(report)?.[0] ?? 'none';
    // Azurite writes its index every few seconds.
    await waitFor('the report in the index on the volume', async () => {
      const { status } = await run('docker', [
        'exec',
        `lab-${stack}-storage`,
        'grep',
        '-rqs',
        `${id}/report/index.html`,
        '/data/azurite',
      ]);
      return status === 0 ? true : undefined;
    });
    const [before, database] = [await container('storage'), await container('database')];
    await outputOf('docker', ['rm', '--force', before.trim()]);
    const repaired = await lab(['up', stack]);
    expect(repaired, repaired.stderr).toMatchObject({ status: 0 });
    expect(repaired.stderr).toContain('removed by someone else');
    expect(await container('storage')).not.toBe(before);
    expect(await container('database')).toBe(database);
    // Its data were on the volume.
    expect((await fetch(report)).status).toBe(200);
  });
});

describe('a second lab', () => {
  const other = nameWithPortsOf(stack);
  afterAll(async () => {
    await lab(['down', other]);
    rmSync(stackFile(PROJECT_DIR, other), { force: true });
  });

  test('is refused by the port that another process has, with its name', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const refused = await lab(['up', other, '-c', `lab:portBase=${port}`]);
    server.close();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(`Port ${port} of 127.0.0.1 \\(for http of host web\\) is in use by .*\\(process ${process.pid}\\)`),
    );
  });

  test('whose up is killed in the middle comes up the next time; two at once are refused; and down leaves nothing', async () => {
    const first = await upUntil(other, 3);
    const second = await lab(['up', other]);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`./lab up of stack ${other} is at work already (process`);
    await first.kill();
    const next = await lab(['up', other, '--json']);
    expect(next, next.stderr).toMatchObject({ status: 0 });
    // The first lab has the ports that this one would have by its name.
    expect(new URL((JSON.parse(next.stdout) as LabOutputs).webUrl).port).not.toBe(new URL(outputs.webUrl).port);
    expect((await lab(['status', other])).status).toBe(0);
    const down = await lab(['down', other]);
    expect(down, down.stderr).toMatchObject({ status: 0, stdout: '0 left\n' });
    expect(await leftovers(other)).toEqual([]);
  });

  test('that was killed can also be given back at once', async () => {
    const first = await upUntil(other, 2);
    await first.kill();
    await waitFor('the end of all that served it', async () => (orphans().length === 0 ? true : undefined));
    const down = await lab(['down', other]);
    expect(down, down.stderr).toMatchObject({ status: 0, stdout: '0 left\n' });
    expect(await leftovers(other)).toEqual([]);
  });

  test('that cannot become healthy says which host, which unit and why, and stays to be looked at', async () => {
    const copy = copyProject();
    const unit = join(copy, 'cloud-init/units/azurite.service');
    writeFileSync(unit, readFileSync(unit, 'utf8').replace('/usr/local/bin/node', '/usr/bin/false'));
    const unhealthy = await run('./lab', ['up', other, '-c', 'lab:readyTimeout=15'], { cwd: copy });
    expect(unhealthy.status).toBe(1);
    expect(unhealthy.stderr).toMatch(
      /Host storage is not ready: not healthy after 15 s: azurite.service (is|does not answer)/,
    );
    expect(unhealthy.stderr).toMatch(/The last lines of its log:\n[\s\S]*azurite.service/);
    expect(unhealthy.stderr).toContain(
      `It stays up to be looked at: ./lab logs -s ${other} storage, ./lab ssh -s ${other} storage`,
    );
    const looked = await lab(['ssh', '-s', other, 'storage', 'systemctl is-enabled azurite.service']);
    expect(looked, looked.stderr).toMatchObject({ status: 0, stdout: 'enabled\n' });
    expect(await leftovers(other)).toHaveLength(13);
    const down = await run('./lab', ['down', other], { cwd: copy });
    expect(down, down.stderr).toMatchObject({ status: 0, stdout: '0 left\n' });
    rmSync(copy, { recursive: true, force: true });
  });
});

/** A stack that would have the ports of another one by its name, so that it has to be given others. */
function nameWithPortsOf(stack: string): string {
  const portsOf = (name: string): number => labPortBase(configWith({}, name));
  const names = Array.from({ length: 2000 }, (_, index) => `${stack}-${index}`);
  return names.find((name) => portsOf(name) === portsOf(stack)) ?? `${stack}-b`;
}

/** Begins a `./lab up`, and returns when the engine has that many things of the lab. @throws Error with what it said, where it ends before */
async function upUntil(stack: string, count: number): Promise<{ kill(): Promise<void> }> {
  const child = spawn('./lab', ['up', stack], {
    cwd: PROJECT_DIR,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([
    waitFor(
      `${count} things of ${stack}`,
      async () => ((await leftovers(stack)).length >= count ? true : undefined),
      120_000,
    ),
    ended.then(() => {
      throw new Error(`./lab up ${stack} ended too early:\n${said}`);
    }),
  ]);
  return {
    async kill() {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    },
  };
}

/** Processes that serve Pulumi in this folder, and that nothing of it has started any more. */
function orphans(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return parent === '1' && command.includes(PROJECT_DIR) && command.includes('@pulumi');
    } catch {
      // It has ended meanwhile, or is no process.
      return false;
    }
  });
}

/** A copy of the project to break something in. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'lab-copy-'));
  const skip = new Set(['node_modules', '.git']);
  cpSync(PROJECT_DIR, copy, { recursive: true, filter: (path) => !skip.has(basename(path)) });
  symlinkSync(join(PROJECT_DIR, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
