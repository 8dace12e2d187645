/** Runs the launcher as a user does, and waits for facts. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_DIR } from './lab.ts';

export type Run = { status: number | null; stdout: string; stderr: string };

export type RunOptions = { cwd?: string; input?: string; env?: Record<string, string>; timeoutMs?: number };

/** Runs a command to its end; killed, with status null, when its time is over. */
export function run(
  program: string,
  args: readonly string[],
  { cwd = PROJECT_DIR, input, env, timeoutMs = 600_000 }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(input);
  });
}

export const lab = (args: readonly string[], options?: RunOptions): Promise<Run> => run('./lab', args, options);

/** The output of a command that has to succeed. */
export async function outputOf(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stderr}${stdout}`);
  return stdout;
}

/** Whether the hosts of the lab under test are elsewhere, and no containers of this machine (`./lab test --stack`). */
export const REMOTE = process.env.LAB_E2E_REMOTE !== undefined;

/** How many times longer than here things may take, where the machines of the lab are slower: LAB_E2E_PATIENCE. */
export const PATIENCE = Number(process.env.LAB_E2E_PATIENCE ?? '1');

/** Whether all roles of the lab under test are on one host (`lab:hosts`). */
export const ONE_HOST = process.env.LAB_E2E_HOSTS === 'one';

/** Runs a command as root on a host, or on the only one, to its end: in its container, or over SSH. */
export function runOn(stack: string, name: string, ...command: string[]): Promise<Run> {
  const host = ONE_HOST ? 'lab' : name;
  if (!REMOTE) return run('docker', ['exec', `lab-${stack}-${host}`, ...command]);
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return lab(['ssh', '-s', stack, host, 'sudo', ...words]);
}

/** What a command, run as root on a host, prints; it has to succeed. */
export async function onHost(stack: string, host: string, ...command: string[]): Promise<string> {
  const { status, stdout, stderr } = await runOn(stack, host, ...command);
  if (status !== 0) throw new Error(`${command.join(' ')} on ${host} ended with ${status}:\n${stderr}${stdout}`);
  return stdout;
}

/** Waits until a fact holds. @param timeoutMs for a lab on this machine @throws Error with what was last seen, when the time is over */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const limitMs = timeoutMs * PATIENCE;
  const end = Date.now() + limitMs;
  let last: unknown = 'nothing was seen';
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    await delay(300);
  }
  throw new Error(`${what} did not happen within ${limitMs / 1000} s`, { cause: last });
}

/** Everything that the container engine has of a stack, asked by label. */
export async function leftovers(stack: string): Promise<string[]> {
  const filter = ['--filter', `label=cloud-lab.stack=${stack}`];
  const lists = await Promise.all([
    outputOf('docker', ['ps', '--all', '--quiet', ...filter]),
    outputOf('docker', ['network', 'ls', '--quiet', ...filter]),
    outputOf('docker', ['volume', 'ls', '--quiet', ...filter]),
    outputOf('docker', ['image', 'ls', '--quiet', ...filter]),
  ]);
  return lists.flatMap((list) => list.split('\n').filter((line) => line !== ''));
}
