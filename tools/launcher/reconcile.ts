/** Brings Pulumi's state and what the cloud really holds together again, after an interruption or a removal by hand. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudTarget, TargetResource } from '../../infra/clouds/target.ts';
import { Problem } from '../../infra/problem.ts';
import { runCommand } from './command.ts';
import type { LabContext } from './context.ts';
import { explainErrors } from './explain-errors.ts';
import { runUpdate } from './pulumi-run.ts';
import { backendLocks, readState, type StackState } from './pulumi-state.ts';
import type { Report } from './report.ts';

export type Repair = {
  context: LabContext;
  stack: string;
  target: CloudTarget;
  env: Record<string, string>;
  report: Report;
};

export type Differences = {
  /** The state has them, the cloud has not. */
  gone: string[];
  /** The cloud has them, the state has not, and they are in the way: an update was killed between making and noting them. */
  unknown: TargetResource[];
};

/** Compares a stack's state with what its cloud has, by what that cloud tells of and what it wants to be removed. */
export function compareWithCloud(
  state: StackState,
  resources: readonly TargetResource[],
  target: Pick<CloudTarget, 'knownAs' | 'isLeftover'>,
): Differences {
  const ids = new Set(resources.map(({ id }) => id));
  const known = state.resources.flatMap(({ id, type }) =>
    id === undefined ? [] : (target.knownAs({ type, id }) ?? []),
  );
  return {
    gone: known.filter((id) => !ids.has(id)),
    unknown: resources.filter((resource) => target.isLeftover(resource) && !known.includes(resource.id)),
  };
}

const KILLED_UPDATE_LIMIT_MS = 180_000;

/** Waits for a Pulumi that outlived its launcher, and takes away the lock of one that did not. */
export async function clearBackendLock({ context, stack, env, report }: Omit<Repair, 'target'>): Promise<void> {
  const end = Date.now() + KILLED_UPDATE_LIMIT_MS;
  let told = false;
  for (;;) {
    const locks = backendLocks(context, stack);
    if (locks.length === 0) return;
    const running = locks.find((lock) => lock.running);
    if (running === undefined) {
      report.line('an earlier update was killed: taking its lock away');
      await pulumi(['cancel', '--yes', '--stack', stack], context, env);
      return;
    }
    if (Date.now() > end) {
      throw new Problem(
        `Another pulumi has been at work on stack ${stack} for minutes (process ${running.pid}). End it, then try again.`,
      );
    }
    if (!told) report.line(`an earlier update is still at work (process ${running.pid}): waiting for it to end`);
    told = true;
    await delay(500);
  }
}

/** Removes what only the cloud knows of, and has the state forget what is gone. */
export async function reconcile(repair: Repair): Promise<void> {
  const { context, stack, target, env, report } = repair;
  const state = readState(context, stack);
  if (state === undefined) return;
  const { gone, unknown } = compareWithCloud(state, await target.listResources(stack), target);
  if (unknown.length > 0) {
    report.line(
      `removing what an interrupted update left: ${unknown.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
    );
    await target.removeResources(unknown, report.line);
  }
  if (gone.length === 0 && state.pending === 0) return;
  report.line(
    gone.length > 0
      ? `${gone.length} of the lab's resources were removed by someone else: refreshing the state`
      : 'an earlier update was interrupted: refreshing the state',
  );
  const args = ['refresh', '--yes', '--skip-preview', '--clear-pending-creates', '--stack', stack];
  const { ok, errors } = await runUpdate({ projectDir: context.paths.projectDir, env, args, report });
  if (!ok) throw new Problem(`The state of stack ${stack} could not be refreshed:\n${explainErrors(errors, target)}`);
}

/** Runs the Pulumi CLI for a small job. @throws Problem in its words */
export async function pulumi(
  args: readonly string[],
  context: LabContext,
  env: Record<string, string>,
): Promise<string> {
  const result = await runCommand('pulumi', [...args, '--non-interactive'], {
    cwd: context.paths.projectDir,
    env: { ...process.env, ...env },
    timeoutMs: 120_000,
  });
  if (result.status !== 0) throw new Problem(`pulumi ${args[0]} ${args[1] ?? ''}: ${result.stderr.trim()}`);
  return result.stdout;
}
