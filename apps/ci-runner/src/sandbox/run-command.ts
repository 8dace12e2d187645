/** Runs one program to its end, its time limit or a cancellation, and hands on what it prints as it appears. */
import { execa } from 'execa';
import type { Ending } from './verdict.ts';

export interface RunOptions {
  file: string;
  args: readonly string[];
  limitMs: number;
  /** Ends the program at once when it aborts. */
  signal: AbortSignal;
  onOutput: (chunk: Buffer) => void;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
  SIGABRT: 6,
  SIGXFSZ: 25,
};

/**
 * Runs the program with an empty environment but PATH, so that nothing of the runner's reaches it.
 * @throws Error when the program can't be started, and the signal's reason when that aborts.
 */
export async function runCommand({ file, args, limitMs, signal, onOutput }: RunOptions): Promise<Ending> {
  signal.throwIfAborted();
  // SIGKILL to bubblewrap ends all that runs behind it: its first process dies with it, and its namespace with that.
  const child = execa(file, args, {
    all: true,
    buffer: false,
    cancelSignal: signal,
    // Its clean-up ends this process at a SIGTERM before the runner has left its group; --die-with-parent does the same job.
    cleanup: false,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    extendEnv: false,
    forceKillAfterDelay: false,
    killSignal: 'SIGKILL',
    reject: false,
    stdin: 'ignore',
    timeout: limitMs,
  });
  child.all.on('data', onOutput);
  const result = await child;
  signal.throwIfAborted();
  if (result.timedOut) return { exitCode: 124, timedOut: true };
  if (result.exitCode !== undefined) return { exitCode: result.exitCode, timedOut: false };
  if (result.signal !== undefined) return { exitCode: 128 + (SIGNAL_NUMBERS[result.signal] ?? 0), timedOut: false };
  throw new Error(`${file} could not be started: ${result.originalMessage ?? 'no reason given'}`, {
    cause: result.cause,
  });
}
