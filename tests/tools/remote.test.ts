/** Commands reach a host through the SSH command among the outputs, and come back with their status. */
import { describe, expect, test, vi } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import { attach, attachToHost, runOnHost, sshCommand } from '../../tools/launcher/remote.ts';
import { fakeCommand } from './fake-command.ts';

const outputs = {
  ssh: { web: 'ssh -p 24040 lab@localhost', 'ci-1': 'ssh -p 24060 lab@localhost' },
  hosts: { web: { roles: ['web'] }, 'ci-1': { roles: ['git', 'ci'] } },
} as unknown as LabOutputs;

/** Runs something on a machine whose `ssh` is this script. */
async function withSsh<T>(script: string, run: () => Promise<T>): Promise<T> {
  vi.stubEnv('PATH', fakeCommand('ssh', script).PATH);
  return run().finally(() => void vi.unstubAllEnvs());
}

describe('a host', () => {
  test('is reached by its command; of one that is not there, those that are there are named', () => {
    expect(sshCommand(outputs, 'web')).toEqual(['ssh', '-p', '24040', 'lab@localhost']);
    expect(() => sshCommand(outputs, 'mail')).toThrow(
      new Problem('There is no host mail. The hosts are: web (web); ci-1 (git, ci).'),
    );
    expect(sshCommand(outputs, 'git')).toEqual(sshCommand(outputs, 'ci-1'));
  });

  test('runs a command as root, asking for no password and not waiting for ever', async () => {
    const { stdout, status } = await withSsh('echo "$@"', () => runOnHost(outputs, 'web', 'host-status'));
    expect([status, stdout]).toEqual([
      0,
      '-o BatchMode=yes -o ConnectTimeout=5 -p 24040 lab@localhost sudo host-status\n',
    ]);
  });

  test('gives the status of what ran on it', async () => {
    expect(await withSsh('exit 3', () => attachToHost(outputs, 'ci-1', ['false'], false))).toBe(3);
  });

  test('has a terminal only where one is asked for', async () => {
    const asksForOne = 'test "$1" = -t';
    expect(await withSsh(asksForOne, () => attachToHost(outputs, 'web', ['journalctl'], true))).toBe(0);
    expect(await withSsh(asksForOne, () => attachToHost(outputs, 'web', ['true'], false))).toBe(1);
  });
});

describe('a program on this terminal', () => {
  test.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -INT $$', 130],
    ['kill -KILL $$', 1],
  ])('that ends by `%s` gives %i', async (script, status) => {
    expect(await attach('sh', ['-c', script])).toBe(status);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('that is missing is a problem in words', async () => {
    await expect(attach('lab-no-such-program', [])).rejects.toThrow(
      new Problem('lab-no-such-program is not installed.'),
    );
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});
