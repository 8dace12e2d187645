import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sshCommandOn } from '../../infra/clouds/ssh-command.ts';
import { resolveOutput } from '../helpers/mocks.ts';

const LOGIN = { keyFile: '/home/ann/.ssh/lab key', hostKey: 'ecdsa-sha2-nistp256 AAAA+/=' };

const commandOf = async (...argv: string[]): Promise<string[]> =>
  (await resolveOutput(sshCommandOn('192.0.2.10', argv, LOGIN))) as string[];

test('a host is reached by its key alone, and known by its own before the first time', async () => {
  const command = await commandOf('/usr/local/lib/lab/host-status', '--watch', '60');
  expect(command[0]).toBe('ssh');
  expect(command).toContain('StrictHostKeyChecking=yes');
  expect(command).toContain('KnownHostsCommand=/bin/echo 192.0.2.10 ecdsa-sha2-nistp256 AAAA+/=');
  expect(command.slice(-2)).toEqual(['lab@192.0.2.10', 'sudo /usr/local/lib/lab/host-status --watch 60']);
});

test('arguments come through the shell of the host as they are', async () => {
  const awkward = ["it's", '$(id)', 'two words', '', 'a;b'];
  const line = (await commandOf('printf', '%s\\n', ...awkward)).at(-1)?.replace(/^sudo /, '');
  expect(execFileSync('sh', ['-c', line ?? ''], { encoding: 'utf8' })).toBe(
    awkward.map((text) => `${text}\n`).join(''),
  );
});
