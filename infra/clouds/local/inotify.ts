/** Inotify instances: the kernel lets root have so many for the hosts of all labs together, and the usual 128 are used up by four. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunCommand, runCommand } from '../../../tools/launcher/command.ts';
import type { Lab } from '../../lab.ts';
import { HOST_LABEL, STACK_LABEL } from '../../naming.ts';

const LIMIT = 'fs.inotify.max_user_instances';
/** systemd of a host has as many from its start on. */
const TAKEN_BY_HOST = 5;
/** With cgroup v2, the engine watches each container by one more. */
const NEEDED_BY_HOST = TAKEN_BY_HOST + 1;
/** For programs of root that come and go, such as `journalctl --follow`. */
const SPARE = 2;
/** A process that systemd is about to start shows systemd's own instances once more, for a moment. */
const LOOKS = 4;
const PAUSE_MS = 150;
const LEAST_SUGGESTED = 1024;

type InotifyUse = { limit: number; used: number; isEstimate: boolean };

/**
 * Returns in words that the hosts which are still to start would not have the instances that systemd needs; empty where they would, or
 * where nobody can tell.
 * @param limit as this machine has it, for a user who may not count
 */
export async function findInotifyShortage(
  lab: Lab,
  run: RunCommand = runCommand,
  limit: number | undefined = readLimit(),
): Promise<string[]> {
  const running = await listRunningHosts(run);
  const own = new Set(running.filter(({ stack }) => stack === lab.stack).map(({ host }) => host));
  const starting = lab.hosts.filter(({ name }) => !own.has(name)).length;
  if (starting === 0) return [];
  const needed = starting * NEEDED_BY_HOST;
  for (let look = 1; ; look++) {
    const use = (await countInstances(run)) ?? estimate(running.length, limit);
    if (use === undefined || use.used + needed + SPARE <= use.limit) return [];
    if (look === LOOKS) return [describeShortage(use, starting, needed)];
    await delay(PAUSE_MS);
  }
}

function describeShortage({ limit, used, isEstimate }: InotifyUse, starting: number, needed: number): string {
  const suggested = Math.max(LEAST_SUGGESTED, 2 ** Math.ceil(Math.log2(2 * (used + needed))));
  const hosts =
    starting === 1 ? '1 host that is still to start needs' : `${starting} hosts that are still to start need`;
  return [
    `The inotify instances of this machine are used up: its limit for root (${LIMIT}) is ${limit}, ${isEstimate ? 'at least ' : ''}${used} are in use, and the ${hosts} ${needed} more.`,
    `Raise the limit: sudo sysctl ${LIMIT}=${suggested}`,
    `To keep it after a restart: echo ${LIMIT}=${suggested} | sudo tee /etc/sysctl.d/90-cloud-lab.conf`,
    'Or give another lab back.',
  ].join('\n');
}

/** A shell script that prints the limit, and how many instances the processes of a user hold. */
export function countScript(proc = '/proc', user = 'root'): string {
  return [
    `cat ${proc}/sys/fs/inotify/max_user_instances`,
    `find ${proc}/[0-9]*/fd -maxdepth 1 -lname anon_inode:inotify -user ${user} 2>/dev/null | wc -l`,
  ].join('; ');
}

/** Root sees the processes of its machine; others do through the engine. Undefined where neither works. */
async function countInstances(run: RunCommand): Promise<InotifyUse | undefined> {
  const engineIsHere = (process.env.DOCKER_HOST ?? 'unix:').startsWith('unix:');
  const [program, ...args] =
    process.getuid?.() === 0 && engineIsHere ? ['sh', '-c', countScript()] : await countInContainer(run);
  if (program === undefined) return undefined;
  const { status, stdout } = await run(program, args, { timeoutMs: 30_000 });
  const [, limit, used] = /^(\d+)\n(\d+)\n$/.exec(stdout) ?? [];
  return status === 0 && limit !== undefined
    ? { limit: Number(limit), used: Number(used), isEstimate: false }
    : undefined;
}

/** The command that counts in a container which sees the processes of its machine, and nothing else; none without an image. */
async function countInContainer(run: RunCommand): Promise<string[]> {
  const listed = await run('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'cloud-lab/system'], {
    timeoutMs: 30_000,
  });
  const [image] = listed.stdout.split('\n').filter((line) => line !== '');
  if (image === undefined) return [];
  const rights = [
    '--cap-drop=ALL',
    '--cap-add=SYS_PTRACE',
    '--cap-add=DAC_READ_SEARCH',
    '--security-opt=apparmor=unconfined',
  ];
  return [
    'docker',
    'run',
    '--rm',
    '--pid=host',
    '--network=none',
    ...rights,
    '--entrypoint=sh',
    image,
    '-c',
    countScript(),
  ];
}

/** What the hosts of labs take at least. */
function estimate(hosts: number, limit: number | undefined): InotifyUse | undefined {
  return limit === undefined ? undefined : { limit, used: hosts * TAKEN_BY_HOST, isEstimate: true };
}

function readLimit(): number | undefined {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  } catch {
    return undefined;
  }
}

/** A host that restarts over and over is between two starts, mostly: it is none of them. */
async function listRunningHosts(run: RunCommand): Promise<{ stack: string; host: string }[]> {
  const format = `{{.Label "${STACK_LABEL}"}} {{.Label "${HOST_LABEL}"}} {{.State}}`;
  const args = ['ps', '--filter', `label=${HOST_LABEL}`, '--format', format];
  const { stdout } = await run('docker', args, { timeoutMs: 30_000 });
  return stdout.split('\n').flatMap((line) => {
    const [stack = '', host = '', state] = line.split(' ');
    return state === 'running' ? [{ stack, host }] : [];
  });
}
