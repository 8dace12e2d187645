/** Which labs there are, and whether a name is that of one: a mistyped name must not look like a lab that is gone. */
import { existsSync } from 'node:fs';
import { type CloudTarget, NoLogin } from '../../infra/clouds/target.ts';
import { targetOf } from '../../infra/clouds/targets.ts';
import { CLOUD_NAMES, type CloudName } from '../../infra/config.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import { listStacks } from './pulumi-state.ts';
import { findStackCloud } from './stack-cloud.ts';
import { stackFile } from './stack-config.ts';
import { lockFile } from './stack-lock.ts';

/** No lab has this name. */
export class UnknownLab extends Problem {
  override name = 'UnknownLab';
}

/** Whether this machine knows of a stack: by its state, its file, or the lock of a verb that works on it or was killed. */
export function isKnownHere(context: LabContext, stack: string): boolean {
  const { projectDir, dataDir } = context.paths;
  return (
    listStacks(context).includes(stack) ||
    existsSync(stackFile(projectDir, stack)) ||
    existsSync(lockFile(dataDir, stack))
  );
}

/** For verbs that look at a lab. @throws UnknownLab naming the labs there are */
export async function requireLab(context: LabContext, stack: string): Promise<void> {
  if (!isKnownHere(context, stack)) throw new UnknownLab(await describeUnknown(context, stack, ''));
}

/** What is asked of a cloud of which nobody knows whether it has anything of a stack. */
type Lister = (cloud: CloudName) => Promise<Pick<CloudTarget, 'listResources'>>;

/**
 * Returns the cloud that a lab is to be given back on. Where this machine knows nothing of it, such as after its state was lost, every
 * cloud is asked.
 * @throws UnknownLab where none of them has anything of that name
 */
export async function findLab(context: LabContext, stack: string, lister: Lister = targetOf): Promise<CloudName> {
  if (isKnownHere(context, stack)) return findStackCloud(context, stack);
  const answers = await Promise.all(CLOUD_NAMES.map((cloud) => askCloud(cloud, stack, lister)));
  const found = CLOUD_NAMES.find((_, index) => answers[index] === 'has it');
  if (found !== undefined) return found;
  const asked = CLOUD_NAMES.filter((_, index) => answers[index] === 'has nothing');
  const nothing = asked.length === 0 ? '' : `, and nothing of that name on ${asked.join(' or ')}`;
  const unasked = answers.flatMap((answer, index) =>
    typeof answer === 'object' ? [`\n${CLOUD_NAMES[index]} could not be asked: ${answer.reason}`] : [],
  );
  throw new UnknownLab(`${await describeUnknown(context, stack, nothing)}${unasked.join('')}`);
}

type Answer = 'has it' | 'has nothing' | 'not used' | { reason: string };

/** A cloud that nobody is logged in to has no labs of this user's to ask for. */
async function askCloud(cloud: CloudName, stack: string, lister: Lister): Promise<Answer> {
  try {
    const target = await lister(cloud);
    return (await target.listResources(stack)).length > 0 ? 'has it' : 'has nothing';
  } catch (error) {
    return error instanceof NoLogin ? 'not used' : { reason: (error as Error).message };
  }
}

async function describeUnknown(context: LabContext, stack: string, nothing: string): Promise<string> {
  const labs = await Promise.all(
    listStacks(context)
      .sort()
      .map(async (name) => `${name} (${await findStackCloud(context, name).catch(() => 'its state cannot be read')})`),
  );
  const known = labs.length === 0 ? 'There are no labs; ./lab up brings one up.' : `The labs are: ${labs.join(', ')}.`;
  return `There is no lab ${stack}: ${nothing === '' ? 'no state and' : 'no state,'} no Pulumi.${stack}.yaml${nothing}.\n${known}`;
}
