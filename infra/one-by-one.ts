/** Replaces hosts that keep the same data for each other one after the other: the next goes when the one before is whole again. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.ts';
import type { OneByOne } from './roles.ts';

export type TurnOptions = {
  /** The host to wait for. */
  before: string;
  /** The host whose turn it is then. */
  host: string;
  /** Runs a command on the host before, as root. */
  command: readonly string[];
  /** Seconds. */
  timeout: number;
};

const PAUSE_MS = 300;
/** No such command (yet), and an engine that has not started the machine. */
const NOT_THERE_YET = new Set([125, 126, 127, 255]);

/**
 * The command that waits on a host until its turn is over: at once where the hosts never were a whole of this size, as when a
 * lab is made or grows. It waits for cloud-init's end, too, which brings the command itself.
 */
export function turnCommand({ wholeFile, settle }: OneByOne, count: number, seconds: number): string[] {
  const script =
    '[ "$(cat "$1" 2>/dev/null)" = "$2" ] || exit 0; shift 2; until [ -e /run/cloud-init/result.json ]; do sleep 0.2; done; exec "$@"';
  return ['sh', '-c', script, 'turn', wholeFile, String(count), ...settle, String(seconds)];
}

/** @throws Problem where the host before does not get well in time */
export async function awaitTurn({ before, host, command, timeout }: TurnOptions): Promise<void> {
  const end = Date.now() + timeout * 1000;
  let complaint = 'it never answered';
  while (Date.now() < end) {
    const { status, stderr } = await runOnce(command, end);
    if (status === 0) return;
    complaint = stderr.trim().split('\n').at(-1) ?? complaint;
    if (!NOT_THERE_YET.has(status)) break;
    await delay(PAUSE_MS);
  }
  throw new Problem(
    `Host ${host} was left as it is, as ${before} is not well and both may not be away at once: ${complaint}\nLook at ${before}: ./lab status, ./lab logs ${before}`,
  );
}

function runOnce(command: readonly string[], end: number): Promise<{ status: number; stderr: string }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: Math.max(1, end - Date.now()) });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ status: 127, stderr: message }));
    child.once('close', (status) => resolve({ status: status ?? 1, stderr }));
  });
}
