/** Runs a command to its end, with a time limit, and says how it went instead of throwing. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a command ended. */
export type CommandResult = {
  /** Its exit status; null if it never ran, or was killed. */
  status: number | null;
  stdout: string;
  stderr: string;
  /** There is no such command. */
  missing: boolean;
  timedOut: boolean;
};

export type CommandOptions = {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** Gets each line of either stream as it comes. */
  onLine?: (line: string) => void;
};

/** Runs `command` with `args`, without a shell. Passed as an argument where a test gives its own. */
export type RunCommand = (command: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

/** Between the polite signal and the one that can't be ignored. */
const graceMs = 3000;

/** Runs a command of this machine. */
export const runCommand: RunCommand = (command, args, options = {}) =>
  new Promise((resolve) => {
    const result: CommandResult = { status: null, stdout: '', stderr: '', missing: false, timedOut: false };
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let force: NodeJS.Timeout | undefined;
    const limit = setTimeout(
      () => {
        result.timedOut = true;
        child.kill('SIGTERM');
        force = setTimeout(() => {
          child.kill('SIGKILL');
          // A grandchild may hold the pipes open for ever.
          child.stdout.destroy();
          child.stderr.destroy();
        }, graceMs);
      },
      options.timeoutMs ?? 2 ** 31 - 1,
    );

    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        result[stream] += text;
      });
      if (options.onLine) createInterface({ input: child[stream] }).on('line', options.onLine);
    }
    const finish = (): void => {
      clearTimeout(limit);
      clearTimeout(force);
      resolve(result);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      result.missing = error.code === 'ENOENT' || error.code === 'EACCES';
      result.stderr += error.message;
      finish();
    });
    child.once('close', (status) => {
      result.status = status;
      finish();
    });
  });

/** The last lines of what a command wrote, for a message. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
