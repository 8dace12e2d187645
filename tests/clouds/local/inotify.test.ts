/** Hosts of all labs on a machine share root's inotify instances: one lab too many is refused before anything is made. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countScript, findInotifyShortage } from '../../../infra/clouds/local/inotify.ts';
import type { RunCommand } from '../../../tools/launcher/command.ts';
import { labWith } from '../../helpers/lab.ts';
import { temporaryFolder, write } from '../../tools/fake-project.ts';

const lab = labWith({}, 'alice');
const HOSTS = lab.hosts.length;

type Machine = {
  limit: number;
  /** What is counted at each look; the last one from then on. Nothing: it cannot be counted. */
  used?: number[];
  /** `stack host state` of each container that the engine has. */
  containers?: string[];
};

/** The commands of a machine that has these inotify instances, for a user who may count them or not. */
function machine({ limit, used = [], containers = [] }: Machine): { run: RunCommand; looks: () => number } {
  let looks = 0;
  const run: RunCommand = async (command, args) => {
    const line = [command, ...args].join(' ');
    const result = { status: 0, stdout: '', stderr: '', missing: false, timedOut: false };
    if (line.startsWith('docker ps')) return { ...result, stdout: containers.join('\n') };
    if (line.startsWith('docker image ls')) return { ...result, stdout: 'cloud-lab/system:1\ncloud-lab/system:2\n' };
    if (!line.includes('anon_inode:inotify')) throw new Error(`nobody expected ${line}`);
    if (!line.startsWith('sh -c')) expect(line).toContain('--pid=host');
    const count = used[Math.min(looks++, used.length - 1)];
    return count === undefined ? { ...result, status: 1 } : { ...result, stdout: `${limit}\n${count}\n` };
  };
  return { run, looks: () => looks };
}

const all = (stack: string, state: string): string[] => lab.hosts.map(({ name }) => `${stack} ${name} ${state}`);

describe('a lab whose hosts are still to start', () => {
  test('has nothing in its way where there are instances for all of them', async () => {
    expect(await findInotifyShortage(lab, machine({ limit: 128, used: [60] }).run)).toEqual([]);
  });

  test('is refused where there are not: the limit, what is used, what is needed, and how to raise it for now and for good', async () => {
    const found = await findInotifyShortage(lab, machine({ limit: 128, used: [120] }).run);
    expect(found).toHaveLength(1);
    const [text = ''] = found;
    expect(text).toMatch(/fs\.inotify\.max_user_instances.* 128/);
    expect(text).toContain('120 are in use');
    expect(text).toMatch(new RegExp(`${HOSTS} hosts .* need ${HOSTS * 6}`));
    expect(text).toContain('sudo sysctl fs.inotify.max_user_instances=1024');
    expect(text).toContain('echo fs.inotify.max_user_instances=1024 | sudo tee /etc/sysctl.d/90-cloud-lab.conf');
  });

  test('is told of a limit that is large enough, also where much is used', async () => {
    const [text] = await findInotifyShortage(lab, machine({ limit: 2000, used: [1990] }).run);
    const [, suggested = '0'] = /sudo sysctl fs\.inotify\.max_user_instances=(\d+)/.exec(text ?? '') ?? [];
    expect(Number(suggested)).toBeGreaterThan(1990 + HOSTS * 6);
  });

  test('is not refused for what is there for a moment alone, as while another host starts', async () => {
    const { run, looks } = machine({ limit: 128, used: [125, 125, 60] });
    expect(await findInotifyShortage(lab, run)).toEqual([]);
    expect(looks()).toBe(3);
  });

  test('is refused by the hosts of other labs where nobody may count', async () => {
    const containers = ['a', 'b', 'c', 'd'].flatMap((stack) => all(stack, 'running'));
    const [text] = await findInotifyShortage(lab, machine({ limit: 128, containers }).run, 128);
    expect(text).toContain(`at least ${4 * HOSTS * 5} are in use`);
    expect(await findInotifyShortage(lab, machine({ limit: 128 }).run, 128)).toEqual([]);
    expect(await findInotifyShortage(lab, machine({ limit: 128 }).run, undefined)).toEqual([]);
  });
});

describe('a lab that is there', () => {
  test('needs nothing, and nothing is counted', async () => {
    const { run, looks } = machine({ limit: 128, used: [128], containers: all('alice', 'running') });
    expect(await findInotifyShortage(lab, run)).toEqual([]);
    expect(looks()).toBe(0);
  });

  test('needs instances for each host that restarts over and over, or is to come', async () => {
    const containers = [...all('alice', 'running').slice(1), `alice ${lab.hosts[0]?.name} restarting`];
    const [text] = await findInotifyShortage(lab, machine({ limit: 128, used: [127], containers }).run);
    expect(text).toMatch(/1 host .* needs 6/);
  });
});

test('instances are counted by the processes that hold them', () => {
  const proc = temporaryFolder();
  write(join(proc, 'sys/fs/inotify/max_user_instances'), '128\n');
  const process = (pid: string, ...targets: string[]): void => {
    mkdirSync(join(proc, pid, 'fd'), { recursive: true });
    for (const [fd, target] of targets.entries()) symlinkSync(target, join(proc, pid, 'fd', String(fd)));
  };
  process('1', 'anon_inode:inotify', '/dev/null', 'anon_inode:inotify');
  process('27', 'anon_inode:[eventpoll]', 'socket:[1]');
  process('300', 'anon_inode:inotify');
  mkdirSync(join(proc, '301'));
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  expect(execFileSync('sh', ['-c', countScript(proc, user)], { encoding: 'utf8' })).toBe('128\n3\n');
});
