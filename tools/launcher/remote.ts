/** Runs commands on the hosts of a lab that is up, by the SSH commands among its outputs, and of one that is on its way there. */
import { spawn } from 'node:child_process';
import type { LabReach } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import { type CommandResult, runCommand } from './command.ts';

/** The program and arguments that log in on a host, by its name or that of a role. @throws Problem naming the hosts there are */
export function sshCommand(reach: LabReach, name: string): string[] {
  const command = reach.ssh[name] ?? reach.ssh[findHostOf(reach, name) ?? ''];
  if (command === undefined) {
    const hosts = Object.entries(reach.hosts).map(([host, { roles }]) => `${host} (${roles.join(', ')})`);
    throw new Problem(`There is no host ${name}. The hosts are: ${hosts.join('; ')}.`);
  }
  return splitWords(command);
}

/** The words of a command that has no quotes but around whole words. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** The first host that has a role. */
function findHostOf({ hosts }: LabReach, role: string): string | undefined {
  return Object.entries(hosts).find(([, { roles }]) => roles.includes(role))?.[0];
}

/** Runs a command on a host as root and gives what it printed. */
export function runOnHost(reach: LabReach, host: string, command: string): Promise<CommandResult> {
  const [program = 'ssh', ...args] = sshCommand(reach, host);
  return runCommand(program, ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', ...args, `sudo ${command}`], {
    timeoutMs: 30_000,
  });
}

/** Hands the terminal over to a shell or command on a host. @returns its exit status */
export function attachToHost(
  reach: LabReach,
  host: string,
  command: readonly string[],
  terminal: boolean,
): Promise<number> {
  const [program = 'ssh', ...args] = sshCommand(reach, host);
  return attach(program, [...(terminal ? ['-t'] : []), ...args, ...command]);
}

/** Runs a program on this terminal to its end. @returns its exit status; 130 when it was interrupted */
export function attach(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Problem(`${program} is not installed.`) : error),
    );
    child.once('close', (status, signal) => {
      process.off('SIGINT', ignore);
      resolve(status ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
