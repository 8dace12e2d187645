/** Runs the benchmark's commands, each in a process group of its own, so that an interruption ends them in good order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Problem } from '../../infra/problem.ts';
import { lastLines } from '../launcher/command.ts';

export type RunOptions = {
  cwd?: string;
  /** File that the command reads as its standard input. */
  input?: string;
  /** Ends the command, as Ctrl-C would, and every process that it started. */
  signal?: AbortSignal;
};

/** How long an interrupted command may take to end in good order. */
const PATIENCE_MS = 20_000;

/** Runs a command to its end. @returns what it printed. @throws Problem with its last words where it fails */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, input, signal } = options;
  signal?.throwIfAborted();
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const child = spawn(program, args, { cwd, stdio: [stdin, 'pipe', 'pipe'], detached: true });
  if (typeof stdin === 'number') closeSync(stdin);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let force: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    endGroup(child, 'SIGINT');
    force = setTimeout(() => endGroup(child, 'SIGKILL'), PATIENCE_MS);
  };
  signal?.addEventListener('abort', interrupt);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal?.throwIfAborted();
    if (status === 0) return stdout;
    // What it printed may hold secrets; what it complained of does not.
    const words = lastLines(stderr, 15);
    throw new Problem(`${program} ${args.slice(0, 2).join(' ')} ended with status ${status}:\n${words}`);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    clearTimeout(force);
  }
}

/** Ends what a command has started, also where it has ended itself and left it behind. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How long something took, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
