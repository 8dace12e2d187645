/** Reads what Pulumi's file backend holds of a stack, without the time that its CLI takes to say so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabContext } from './context.ts';
import { isRunning } from './processes.ts';

const PROJECT = 'lab';

export type StateResource = { type: string; urn: string; id?: string };

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

/** Who holds the backend's own lock of a stack: process ids of Pulumi CLIs, and whether they still run. */
export function backendLocks({ stateDir }: LabContext, stack: string): { pid: number; running: boolean }[] {
  const folder = join(stateDir, '.pulumi', 'locks', 'organization', PROJECT, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { pid } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { pid: number };
      return { pid, running: isRunning(pid) };
    });
}
