/** `./lab expire`: gives back every lab whose time is over, without a question, so that a clock can run it. */

import { type CloudTarget, type ExpiredLab, NoLogin } from '../../../infra/clouds/target.ts';
import { CLOUD_NAMES, type CloudName, type LabConfig, readConfig } from '../../../infra/config.ts';
import { isDuring } from '../../../infra/config-rules.ts';
import { EXPIRES_LABEL } from '../../../infra/naming.ts';
import type { StackState } from '../pulumi-state.ts';

/** What became of a lab whose time is over. */
export type Expiry = {
  stack: string;
  /** ISO 8601. */
  expiresAt: string;
  /** `due`: would be destroyed, in a dry run. `in class`: left alone until the class is over. */
  outcome: 'destroyed' | 'due' | 'in class' | 'failed';
  /** Why it failed, or until when the class is. */
  detail?: string;
};

export type ExpireResult = {
  labs: Expiry[];
  /** Clouds that could not be asked: nobody knows what is on them. */
  unasked: { cloud: CloudName; reason: string }[];
};

/** What `expire` asks and does, given so that a test can give its own. */
export type ExpireWork = {
  now: Date;
  dryRun: boolean;
  /** This user's stacks, each with its state and where it is. */
  stacks: readonly { stack: string; cloud: CloudName; state: StackState | undefined }[];
  targetOf(cloud: CloudName): Promise<Pick<CloudTarget, 'listExpired'>>;
  /** When the classes of a stack are, as far as its files say. @throws Problem */
  readClasses(stack: string): Pick<LabConfig, 'classHours' | 'timeZone'>;
  /** `down` of a stack that this user's state holds. @returns how much is left */
  down(stack: string): Promise<number>;
  /** Gives back what a cloud has of a lab that this user's state does not hold. @returns how much is left */
  remove(cloud: CloudName, stack: string): Promise<number>;
};

export async function expire(work: ExpireWork): Promise<ExpireResult> {
  const result: ExpireResult = { labs: [], unasked: [] };
  const own = work.stacks.flatMap(({ stack, state }) => {
    const expiresAt = endOf(state);
    return expiresAt === undefined || expiresAt > work.now ? [] : [{ stack, expiresAt }];
  });
  for (const lab of own) result.labs.push(await giveBack(lab, work, () => work.down(lab.stack)));
  for (const cloud of CLOUD_NAMES) {
    const mine = work.stacks.filter((known) => known.cloud === cloud).map(({ stack }) => stack);
    for (const lab of await askCloud(cloud, mine.length > 0, work, result)) {
      if (own.some(({ stack }) => stack === lab.stack && mine.includes(stack))) continue;
      const destroy = mine.includes(lab.stack) ? () => work.down(lab.stack) : () => work.remove(cloud, lab.stack);
      result.labs.push(await giveBack(lab, work, destroy));
    }
  }
  return result;
}

/** The time at which a lab is over: an output of a lab that is up, a label of one that never was all up. */
export function endOf(state: StackState | undefined): Date | undefined {
  const resources = state?.resources ?? [];
  const output = resources.find(({ type }) => type === 'pulumi:pulumi:Stack')?.outputs?.expiresAt;
  // Clouds have one or the other.
  const labels = resources.flatMap(({ outputs }) => [outputs?.tags as Labels, outputs?.metadata as Labels]);
  const texts = [output, ...labels.map((each) => each?.[EXPIRES_LABEL])];
  const text = texts.find((candidate) => typeof candidate === 'string');
  const end = new Date(text ?? Number.NaN);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

type Labels = Record<string, unknown> | undefined;

/** Where nobody is logged in, and nothing of this user's is there, there is nothing to ask. */
async function askCloud(
  cloud: CloudName,
  isUsed: boolean,
  { targetOf, now }: ExpireWork,
  { unasked }: ExpireResult,
): Promise<ExpiredLab[]> {
  const target = await targetOf(cloud);
  try {
    return (await target.listExpired?.(now)) ?? [];
  } catch (error) {
    if (isUsed || !(error instanceof NoLogin)) unasked.push({ cloud, reason: (error as Error).message });
    return [];
  }
}

async function giveBack(
  { stack, expiresAt }: ExpiredLab,
  { now, dryRun, readClasses }: ExpireWork,
  destroy: () => Promise<number>,
): Promise<Expiry> {
  const lab = { stack, expiresAt: expiresAt.toISOString() };
  try {
    const { classHours, timeZone } = readClasses(stack);
    if (isDuring(timeOfDay(now, timeZone), classHours)) {
      return { ...lab, outcome: 'in class', detail: `${classHours?.to} ${timeZone}` };
    }
    if (dryRun) return { ...lab, outcome: 'due' };
    const left = await destroy();
    return left === 0 ? { ...lab, outcome: 'destroyed' } : { ...lab, outcome: 'failed', detail: `${left} left` };
  } catch (error) {
    return { ...lab, outcome: 'failed', detail: (error as Error).message };
  }
}

/** `HH:MM` on the clocks of a time zone. */
function timeOfDay(moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(
    moment,
  );
}

/** When the classes of a stack are: also where the rest of its configuration cannot be used. @throws ConfigError */
export function readClassHours(
  defaults: Record<string, string>,
  raw: Record<string, string>,
  stack: string,
): Pick<LabConfig, 'classHours' | 'timeZone'> {
  const keys = ['lab:classHours', 'lab:timeZone'];
  const own = Object.entries(raw).filter(([key]) => keys.includes(key));
  return readConfig({ ...defaults, ...Object.fromEntries(own) }, stack);
}

/** A line for each lab, and for each cloud that could not be asked. */
export function formatExpiries({ labs, unasked }: ExpireResult): string {
  const lines = labs.map(({ stack, expiresAt, outcome, detail }) => {
    const time = `its time was over at ${expiresAt}`;
    if (outcome === 'destroyed') return `${stack}: ${time}; destroyed, 0 left`;
    if (outcome === 'due') return `${stack}: ${time}; it would be destroyed now`;
    if (outcome === 'in class') return `${stack}: ${time}; left alone, as there is a class until ${detail}`;
    return `${stack}: ${time}; NOT destroyed: ${oneLine(detail ?? '')}`;
  });
  lines.push(...unasked.map(({ cloud, reason }) => `${cloud}: could not be asked: ${oneLine(reason)}`));
  return lines.length === 0 ? 'no lab whose time is over' : lines.join('\n');
}

/** Whether all that had to go is gone; a dry run has nothing to go. */
export function isAllGone({ labs, unasked }: ExpireResult): boolean {
  return unasked.length === 0 && labs.every(({ outcome }) => outcome !== 'failed');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}
