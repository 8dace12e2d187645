/** Runs one step to its end or to a limit, and says which. */
import { execa } from 'execa';
import { PROXY_PORT, type SandboxPaths, sandboxCommand } from './bubblewrap.ts';
import { readPressure, watchDisk } from './pressure.ts';
import { openProxyGate } from './proxy-gate.ts';
import type { StepEnding, StepRequest } from './step.ts';

export interface RunStepOptions {
  request: StepRequest;
  paths: SandboxPaths;
  /** Folder of the proxy's sockets. */
  proxyDir: string;
  /** Takes what the step prints; resolves when it can take more. */
  write: (chunk: Buffer) => Promise<void>;
  /** Ends the step at once. */
  signal: AbortSignal;
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
  SIGABRT: 6,
  SIGXFSZ: 25,
};

/** The exit code of what a time limit ended, as timeout(1) gives it. */
const TIMED_OUT = 124;
const KILLED = 137;

/**
 * Runs it. When this returns, nothing of the step is left: all its processes live in a namespace that ends with its first.
 * @throws the signal's reason when that aborts, and Error when the sandbox can't be made
 */
export async function runStep({ request, paths, proxyDir, write, signal }: RunStepOptions): Promise<StepEnding> {
  signal.throwIfAborted();
  const before = await readPressure();
  const closeGate =
    request.network === 'none' ? null : await openProxyGate(PROXY_PORT, `${proxyDir}/${request.network}.sock`);
  const watching = new AbortController();
  const disk = watchDisk(paths.workspace, watching.signal);
  try {
    const ending = await spawnStep(request, paths, write, signal);
    watching.abort();
    if (ending.cause !== 'exit') return ending;
    const after = await readPressure();
    if (after.memory > before.memory) {
      return { exitCode: ending.exitCode === 0 ? KILLED : ending.exitCode, cause: 'memory' };
    }
    if (ending.exitCode === 0) return ending;
    if (after.processes > before.processes) return { ...ending, cause: 'processes' };
    return (await disk) ? { ...ending, cause: 'disk' } : ending;
  } finally {
    watching.abort();
    await disk.catch(() => undefined);
    await closeGate?.();
  }
}

async function spawnStep(
  request: StepRequest,
  paths: SandboxPaths,
  write: (chunk: Buffer) => Promise<void>,
  signal: AbortSignal,
): Promise<StepEnding> {
  const { file, args } = sandboxCommand(request, paths);
  const tooMuch = new AbortController();
  // One pipe for both, so that what is printed keeps its order. The shell reads nothing but this text of ours.
  const child = execa('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', file, ...args], {
    buffer: false,
    encoding: 'buffer',
    cancelSignal: AbortSignal.any([signal, tooMuch.signal]),
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    extendEnv: false,
    forceKillAfterDelay: false,
    killSignal: 'SIGKILL',
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    timeout: request.limitMs,
  });
  let room = request.maxOutputBytes;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (room <= 0) continue;
    await write(chunk.subarray(0, room));
    room -= chunk.length;
    if (room < 0) tooMuch.abort();
  }
  const result = await child;
  signal.throwIfAborted();
  if (tooMuch.signal.aborted) return { exitCode: KILLED, cause: 'output' };
  if (result.timedOut) return { exitCode: TIMED_OUT, cause: 'timeout' };
  if (result.exitCode !== undefined) return { exitCode: result.exitCode, cause: 'exit' };
  if (result.signal !== undefined) return { exitCode: 128 + (SIGNALS[result.signal] ?? 0), cause: 'exit' };
  throw new Error(`${file} could not be started: ${result.originalMessage ?? 'no reason given'}`, {
    cause: result.cause,
  });
}
