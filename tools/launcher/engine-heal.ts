/** Mends what an engine leaves behind when it is killed with its containers: each case here was seen. */

import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { DaemonPlaces } from './engine-daemon.ts';
import type { System } from './engine-system.ts';
import { commandOf, isRunning } from './processes.ts';

/** dockerd uses a containerd whose socket is here, even if nobody listens. */
const sharedContainerd = '/run/containerd/containerd.sock';

/** Removes what would keep dockerd from starting: files of processes that are dead, zombies, or by now others. */
export async function removeStaleFiles(places: DaemonPlaces, shared = sharedContainerd): Promise<void> {
  removeStalePid(places.pidFile, 'dockerd');
  removeStalePid(join(places.execRoot, 'containerd/containerd.pid'), 'containerd');
  if (await isDeaf(shared)) rmSync(shared, { force: true });
}

/** Whether the engine, by its log, found ports of containers that were killed half-started: it holds them without using them. */
export function hasLeakedPorts(log: string): boolean {
  return log.includes('Removing stale endpoint');
}

/** Mends containers that can't be started or are still to be removed, once the engine answers. */
export async function healAfterStart(system: System, places: DaemonPlaces, startedAt: number): Promise<void> {
  const docker = (...args: string[]) => system.run('docker', ['-H', places.host, ...args], { timeoutMs: 60_000 });
  // Their removal had begun: they can only be removed, and hold their names until then.
  const dead = await docker('ps', '-aq', '--filter', 'status=dead', '--filter', 'status=removing');
  for (const id of lines(dead.stdout)) await docker('rm', '-f', id);
  const running = await docker('ps', '-q', '--no-trunc');
  if (running.status === 0) removeStaleTasks(places.execRoot, new Set(lines(running.stdout)), startedAt);
}

/** A task's folder that outlived its process makes each later start of the container fail with "file exists". */
export function removeStaleTasks(execRoot: string, running: ReadonlySet<string>, startedAt: number): void {
  const folder = join(execRoot, 'containerd/daemon/io.containerd.runtime.v2.task/moby');
  for (const id of entries(folder)) {
    const path = join(folder, id);
    const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? startedAt;
    if (changedAt < startedAt && !running.has(id) && !hasShim(id)) rmSync(path, { recursive: true, force: true });
  }
}

function removeStalePid(file: string, command: string): void {
  let pid: number;
  try {
    pid = Number(readFileSync(file, 'utf8'));
  } catch {
    return;
  }
  if (!isRunning(pid) || commandOf(pid) !== command) rmSync(file, { force: true });
}

/** Whether a socket's file is there but nobody listens. */
function isDeaf(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function hasShim(id: string): boolean {
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(Number(name))?.startsWith('containerd-shim') === true)
    .some((name) => textOf(`/proc/${name}/cmdline`).includes(id));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
