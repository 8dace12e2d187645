/** Starts dockerd where no service manager does, also after an engine that was killed. */

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './command.ts';
import { hasLeakedPorts, healAfterStart, removeStaleFiles } from './engine-heal.ts';
import type { System } from './engine-system.ts';
import { isRunning } from './processes.ts';
import { waitUntil } from './wait-until.ts';

export type Daemon = {
  system: System;
  /** Where its log goes. */
  dataDir: string;
  report: (text: string) => void;
  /** A test's engine lies elsewhere, and has options of its own. */
  places?: DaemonPlaces;
  options?: string[];
};

export type DaemonPlaces = { host: string; pidFile: string; execRoot: string };

const usualPlaces: DaemonPlaces = {
  host: 'unix:///var/run/docker.sock',
  pidFile: '/var/run/docker.pid',
  execRoot: '/var/run/docker',
};

const startLimitMs = 60_000;
/** Containers that don't end by themselves are killed after 10 s. */
const stopLimitMs = 40_000;
const logLimit = 10_000_000;

/** Starts dockerd as root, waits until it answers, and mends what a killed engine left. */
export async function startDaemon(daemon: Daemon): Promise<void> {
  const places = daemon.places ?? usualPlaces;
  const logFile = join(daemon.dataDir, 'dockerd.log');
  if (existsSync(logFile) && statSync(logFile).size > logLimit) renameSync(logFile, `${logFile}.1`);
  await removeStaleFiles(places);
  const startedAt = Date.now();
  const log = await startOnce(daemon, places, logFile);
  // Such ports are free again after an ordinary stop, and only then.
  if (hasLeakedPorts(log)) {
    daemon.report('Restarting the container engine, to free ports that a killed one has left taken');
    await stop(places);
    await startOnce(daemon, places, logFile);
  }
  await healAfterStart(daemon.system, places, startedAt);
}

/** Starts dockerd and gives what it logged until it answered. */
async function startOnce(daemon: Daemon, places: DaemonPlaces, logFile: string): Promise<string> {
  const from = existsSync(logFile) ? statSync(logFile).size : 0;
  const log = openSync(logFile, 'a', 0o600);
  const options = ['--host', places.host, '--pidfile', places.pidFile, '--exec-root', places.execRoot];
  // Its own session: it outlives the launcher and its terminal.
  const child = spawn('dockerd', daemon.places === undefined ? [] : [...options, ...(daemon.options ?? [])], {
    detached: true,
    stdio: ['ignore', log, log],
    env: daemon.system.env,
  });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (status, signal) => {
    ended ??= `it ended with ${signal ?? `status ${status}`}`;
  });
  const answers = await waitUntil(
    async () => {
      // Looked at first: another launcher's engine may answer although this one ended.
      const why = ended;
      const result = await daemon.system.run('docker', ['-H', places.host, 'version'], { timeoutMs: 10_000 });
      if (result.status === 0) return true;
      return why === undefined ? undefined : false;
    },
    { limitMs: startLimitMs, everyMs: 100 },
  );
  const written = readFileSync(logFile).subarray(from).toString('utf8');
  if (answers === true) return written;
  const what = answers === false ? `could not start: ${ended}` : `does not answer after ${startLimitMs / 1000} s`;
  throw new Error(
    `The container engine ${what}. ${likelyReason(written)}\nThe end of its log, ${logFile}:\n${lastLines(written, 6)}`,
  );
}

/** Ends the engine as a service manager would. */
async function stop(places: DaemonPlaces): Promise<void> {
  const pid = Number(readFileSync(places.pidFile, 'utf8'));
  process.kill(pid, 'SIGTERM');
  const gone = await waitUntil(() => (isRunning(pid) ? undefined : true), { limitMs: stopLimitMs, everyMs: 100 });
  if (gone) return await removeStaleFiles(places);
  throw new Error(
    `The container engine (process ${pid}) doesn't stop within ${stopLimitMs / 1000} s. End it with \`kill -9 ${pid}\`, then try again.`,
  );
}

const reasons: [RegExp, string][] = [
  [/no space left/i, 'The disk is full: make room, then try again.'],
  [/pid file found|process with PID \d+ is still running/i, 'Another engine runs: end it, or start that one properly.'],
  [/iptables.*(not found|executable file)/i, 'iptables is missing: `apt-get install iptables`.'],
  [
    /iptables.*(Table does not exist|Failed to initialize nft)/i,
    'This kernel has no nftables: `update-alternatives --set iptables /usr/sbin/iptables-legacy`.',
  ],
  [
    /cgroup.*(not mounted|isn't mounted|no such file)/i,
    'Control groups are not mounted: `apt-get install cgroupfs-mount && cgroupfs-mount`.',
  ],
  [
    /graphdriver|overlay.*not supported|driver not supported/i,
    'The file system under /var/lib/docker does no overlay: move it to ext4 or xfs.',
  ],
  [/address already in use/i, 'Another program has its socket or address.'],
  [
    /operation not permitted|permission denied/i,
    'This machine seems to be a container that lacks rights: run the lab on the machine itself, or give this container --privileged.',
  ],
];

/** What the log of a daemon that died points at. */
export function likelyReason(log: string): string {
  const errors = log
    .split('\n')
    .filter((line) => /level=(error|fatal)|failed to start/i.test(line))
    .join('\n');
  const found = reasons.find(([pattern]) => pattern.test(errors));
  return found?.[1] ?? 'Mend what its log says, then try again.';
}
