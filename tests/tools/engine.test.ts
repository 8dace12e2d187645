/** What the launcher does about the container engine, on machines of all kinds. */

import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnoseEngine, ensureEngine } from '../../tools/launcher/engine.ts';
import { likelyReason } from '../../tools/launcher/engine-daemon.ts';
import { hasLeakedPorts, removeStaleFiles, removeStaleTasks } from '../../tools/launcher/engine-heal.ts';
import type { System } from '../../tools/launcher/engine-system.ts';
import { fakeRun, temporaryFolder, write } from './fake-project.ts';

type Facts = Partial<Omit<System, 'run' | 'hasCommand'>> & { commands?: string[] };

/** A machine whose engine answers with `version()`, or fails with what it throws. */
function machine(facts: Facts, version: () => string, answers: Parameters<typeof fakeRun>[0] = {}) {
  const run = fakeRun({
    'docker version': () => {
      try {
        return { stdout: `${version()}\n` };
      } catch (error) {
        return { status: 1, stderr: `noise\n${error instanceof Error ? error.message : error}` };
      }
    },
    'docker context inspect': { stdout: `${facts.env?.DOCKER_HOST ?? 'unix:///var/run/docker.sock'}\n` },
    'apt-cache policy docker-cli': { stdout: 'docker-cli:\n  Candidate: (none)\n' },
    'apt-get': {},
    systemctl: {},
    ...answers,
  });
  const commands = facts.commands ?? ['docker', 'dockerd'];
  const system: System = {
    run,
    env: {},
    isRoot: true,
    hasSystemd: false,
    distribution: ['debian'],
    socketExists: () => false,
    ...facts,
    hasCommand: (name) => commands.includes(name),
  };
  return { system, calls: run.calls };
}

/** An engine that answers once it has been started. */
function startable() {
  let up = false;
  const started = async (): Promise<void> => {
    up = true;
  };
  const version = (): string => {
    if (!up) throw new Error('Cannot connect to the Docker daemon');
    return '20.10.24';
  };
  return { started, version };
}

const report = (): void => undefined;
const down = (): string => {
  throw new Error('Cannot connect to the Docker daemon');
};

describe('an engine', () => {
  test('that answers is used as it is, at the place of the docker context', async () => {
    const { system } = machine({ env: { DOCKER_HOST: 'tcp://far:2376' } }, () => '28.0.0');
    const engine = await ensureEngine({ report, system });
    expect(engine).toEqual({ host: 'tcp://far:2376', version: '28.0.0', source: 'running' });
  });

  test("of the user's own is found beside one that does not answer", async () => {
    let asked = 0;
    const version = (): string => {
      asked += 1;
      return asked === 1 ? down() : '5.0.0';
    };
    const env = { XDG_RUNTIME_DIR: '/run/user/7' };
    const socketExists = (path: string): boolean => path === '/run/user/7/podman/podman.sock';
    const { system } = machine({ env, socketExists, isRoot: false }, version);
    expect((await ensureEngine({ report, system })).host).toBe('unix:///run/user/7/podman/podman.sock');
  });

  test('that the operator chose is not replaced by another, which answers', async () => {
    let asked = 0;
    const version = (): string => {
      asked += 1;
      return asked === 1 ? down() : '5.0.0';
    };
    const { system } = machine({ env: { DOCKER_HOST: 'tcp://far:2376' }, socketExists: () => true }, version);
    await expect(ensureEngine({ report, system })).rejects.toThrow('The container engine at tcp://far:2376');
  });

  test('that is installed is started by dockerd where there is no systemd', async () => {
    const { started, version } = startable();
    const { system, calls } = machine({}, version);
    expect((await ensureEngine({ report, system, start: started })).source).toBe('started');
    expect(calls.join('\n')).not.toMatch(/apt-get|systemctl/);
  });

  test('that is installed is started by systemd where there is one', async () => {
    const { started, version } = startable();
    const systemctl = () => {
      void started();
      return {};
    };
    const { system, calls } = machine({ hasSystemd: true }, version, { systemctl });
    await ensureEngine({ report, system, start: () => expect.fail('systemd has to start it') });
    expect(calls).toContain('systemctl start docker');
  });

  test("is installed on Debian by root, after apt's lock is free", async () => {
    const { started, version } = startable();
    let updates = 0;
    const update = () => {
      updates += 1;
      return updates === 1 ? { status: 100, stderr: 'E: Could not get lock /var/lib/apt/lists/lock' } : {};
    };
    const { system, calls } = machine({ commands: [] }, version, { 'apt-get update': update });
    // The answers are matched in order; this one has to come before plain apt-get.
    const run = fakeRun({ 'apt-get update': update });
    const mixed: System = { ...system, run: (c, a, o) => (a[0] === 'update' ? run(c, a, o) : system.run(c, a, o)) };
    expect((await ensureEngine({ report, system: mixed, start: started })).source).toBe('installed');
    expect(updates).toBe(2);
    expect(calls.join('\n')).toContain(
      'apt-get install -y --no-install-recommends docker.io iptables mmdebstrap openssh-client',
    );
  });
});

describe('what the operator has to do is said', () => {
  test.each<[string, Facts, () => string, RegExp]>([
    [
      'a chosen engine is down',
      { env: { DOCKER_HOST: 'tcp://far:2376' } },
      down,
      /at tcp:\/\/far:2376.*unset DOCKER_HOST/,
    ],
    [
      'not in the group',
      { isRoot: false },
      () => {
        throw new Error('permission denied while trying to connect');
      },
      /usermod -aG docker/,
    ],
    [
      'not root, systemd',
      { isRoot: false, hasSystemd: true },
      down,
      /only root can start it.*sudo systemctl start docker/,
    ],
    ['not root, no systemd', { isRoot: false }, down, /only root can start it.*dockerd/],
    ['not root, nothing installed', { isRoot: false, commands: [] }, down, /sudo apt-get install docker\.io/],
    [
      'another distribution',
      { distribution: ['fedora'], commands: [] },
      down,
      /this distribution \(fedora\).*Install Docker/,
    ],
  ])('%s', async (_name, facts, version, advice) => {
    const { system, calls } = machine(facts, version);
    await expect(ensureEngine({ report, system, start: () => expect.fail('must not start') })).rejects.toThrow(advice);
    expect(calls.join('\n')).not.toMatch(/apt-get|systemctl/);
    expect((await diagnoseEngine(system))[0]).toMatchObject({ ok: false, fix: expect.stringMatching(advice) });
  });

  test('a package that apt does not have', async () => {
    const failing = { 'apt-get': { status: 100, stderr: 'Reading...\nE: Unable to locate package mmdebstrap\n' } };
    const { system } = machine({ commands: [] }, down, failing);
    await expect(ensureEngine({ report, system })).rejects.toThrow('E: Unable to locate package mmdebstrap');
  });

  test("the daemon's log points at the reason", () => {
    const log = (text: string): string => `level=info msg="graphdriver"\nfailed to start daemon: ${text}`;
    expect(likelyReason(log('write /var/lib/docker/x: no space left on device'))).toContain('The disk is full');
    expect(likelyReason(log("Devices cgroup isn't mounted"))).toContain('Control groups');
    expect(likelyReason(log('exec: "iptables": executable file not found in $PATH'))).toContain('iptables is missing');
    expect(likelyReason(log('something new'))).toBe('Mend what its log says, then try again.');
  });
});

describe('what a killed engine left', () => {
  test('files of dead processes, of others, and of deaf sockets go; those of living ones stay', async () => {
    const folder = temporaryFolder();
    const places = { host: 'unix://x', pidFile: join(folder, 'docker.pid'), execRoot: join(folder, 'exec') };
    write(places.pidFile, '4194304');
    write(join(places.execRoot, 'containerd/containerd.pid'), String(process.pid));
    const socket = join(folder, 'c.sock');
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    await removeStaleFiles(places, socket);
    expect(() => readFileSync(places.pidFile)).toThrow('ENOENT');
    // This process is alive, but no containerd.
    expect(() => readFileSync(join(places.execRoot, 'containerd/containerd.pid'))).toThrow('ENOENT');
    expect(server.listening).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  test('folders of tasks that nobody runs go', async () => {
    const folder = temporaryFolder();
    const tasks = join(folder, 'containerd/daemon/io.containerd.runtime.v2.task/moby');
    for (const id of ['stale', 'running', 'new']) mkdirSync(join(tasks, id), { recursive: true });
    for (const id of ['stale', 'running']) utimesSync(join(tasks, id), 1000, 1000);
    writeFileSync(join(tasks, 'stale', 'config.json'), '{}');
    utimesSync(join(tasks, 'stale'), 1000, 1000);
    removeStaleTasks(folder, new Set(['running']), 2_000_000);
    expect(() => readFileSync(join(tasks, 'stale', 'config.json'))).toThrow('ENOENT');
    expect(['running', 'new'].map((id) => mkdirSync(join(tasks, id), { recursive: true }))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('ports that it holds show in its log', () => {
    expect(hasLeakedPorts('msg="Removing stale sandbox 83d1"')).toBe(false);
    expect(hasLeakedPorts('level=info msg="Removing stale endpoint c2 (f4ee)"')).toBe(true);
  });
});
