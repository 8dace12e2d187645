/** The cloud that a stack is on. */
import { targetOf } from '../../infra/clouds/targets.ts';
import { CLOUD_NAMES, type CloudName } from '../../infra/config.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import { readState, type StackState } from './pulumi-state.ts';
import { readStackCloud } from './stack-config.ts';

/** Where a stack's resources are, by its state; undefined where it has none, on any cloud. */
export async function cloudOfState(state: StackState | undefined): Promise<CloudName | undefined> {
  const resources = (state?.resources ?? []).flatMap(({ type, id }) => (id === undefined ? [] : [{ type, id }]));
  if (resources.length === 0) return undefined;
  for (const cloud of CLOUD_NAMES) {
    const target = await targetOf(cloud);
    if (resources.some((resource) => target.knownAs(resource) !== undefined)) return cloud;
  }
  return undefined;
}

/** The cloud to ask what there is of a stack: the one that its resources are on, whatever its file says by now. */
export async function findStackCloud(context: LabContext, stack: string): Promise<CloudName> {
  return (await cloudOfState(readState(context, stack))) ?? readStackCloud(context.paths.projectDir, stack);
}

/** @throws Problem where a stack has resources on another cloud than the one that it is to be brought up on: they would be forgotten, and cost */
export async function checkStackCloud(context: LabContext, stack: string, wanted: CloudName): Promise<void> {
  const there = await cloudOfState(readState(context, stack));
  if (there === undefined || there === wanted) return;
  throw new Problem(
    `Stack ${stack} is on the cloud ${there}, but lab:cloud says ${wanted}. Give it back first, ./lab down ${stack}, or use another name.`,
  );
}
