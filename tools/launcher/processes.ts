/** Tells whether the process that left something behind is still there. */

import { readFileSync } from 'node:fs';

/** Whether a process with this id runs (a zombie doesn't). */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and someone else's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return statOf(pid)?.state !== 'Z';
}

/** Names a process so that a later one with the same id has another name. */
export function processName(pid: number = process.pid): string {
  return `${pid}-${statOf(pid)?.startTime ?? 0}`;
}

/** Whether the process so named still runs. */
export function isNamedRunning(name: string): boolean {
  const pid = Number.parseInt(name, 10);
  return isRunning(pid) && processName(pid) === name;
}

/** The command name of a process, or undefined where there is none (or no /proc). */
export function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function statOf(pid: number): { state: string; startTime: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name, in parentheses, may hold anything; the fields after it are plain: state is the first, start time the 20th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return state === undefined || startTime === undefined ? undefined : { state, startTime };
  } catch {
    return undefined;
  }
}
