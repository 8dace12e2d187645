/** Reads what Pulumi's file backend holds of a stack, without the time that its CLI takes to say so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabContext } from './context.ts';
import { isRunning } from './processes.ts';

const PROJECT = 'lab';

export type StateResource = { type: string; urn: string; id?: string; outputs?: Record<string, unknown> };

export type StackState = {
  resources: StateResource[];
  /** Operations that began and of which nobody knows how they ended. */
  pending: number;
};

/** The stack's last checkpoint; undefined where there is no such stack. */
export function readState({ stateDir }: LabContext, stack: string): StackState | undefined {
  const file = join(stateDir, '.pulumi', 'stacks', PROJECT, `${stack}.json`);
  if (!existsSync(file)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(file, 'utf8')) as {
    checkpoint?: { latest?: { resources?: StateResource[]; pending_operations?: unknown[] } };
  };
  return {
    resources: checkpoint?.latest?.resources ?? [],
    pending: checkpoint?.latest?.pending_operations?.length ?? 0,
  };
}

/** Names of all stacks. */
export function listStacks({ stateDir }: LabContext): string[] {
  const folder = join(stateDir, '.pulumi', 'stacks', PROJECT);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
}

/** Who holds the backend's own lock of a stack: process ids of Pulumi CLIs (0 where a crash cut the lock off), and whether they still run. */
export function backendLocks({ stateDir }: LabContext, stack: string): { pid: number; running: boolean }[] {
  const folder = join(stateDir, '.pulumi', 'locks', 'organization', PROJECT, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const pid = readLock(join(folder, file));
      return pid === undefined ? [] : [{ pid, running: isRunning(pid) }];
    });
}

/** Undefined where the lock was given back since the folder was read. */
function readLock(path: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
    return pid;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** By this member the state marks a value that is encrypted (pulumi/pulumi: sdk/go/common/resource/sig). */
const SECRET_MARK = '4dabf18193072939515e22adb298388d';

/** The stack's outputs but for the secret ones; undefined where it has none. */
export function readPlainOutputs(context: LabContext, stack: string): Record<string, unknown> | undefined {
  const outputs = readState(context, stack)?.resources.find(({ type }) => type === 'pulumi:pulumi:Stack')?.outputs;
  if (outputs === undefined) return undefined;
  const isSecret = (value: unknown): boolean => typeof value === 'object' && value !== null && SECRET_MARK in value;
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => !isSecret(value)));
}
