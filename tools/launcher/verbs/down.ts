/** `./lab down`: gives everything back, then asks the cloud itself what is left, and says so. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudTarget, TargetResource } from '../../../infra/clouds/target.ts';
import { removeClientFiles } from '../client-files.ts';
import type { LabContext } from '../context.ts';
import { explainErrors } from '../explain-errors.ts';
import { findLab } from '../known-labs.ts';
import { prepareAll } from '../prepare.ts';
import { runUpdate } from '../pulumi-run.ts';
import { readState } from '../pulumi-state.ts';
import { clearBackendLock, pulumi, reconcile } from '../reconcile.ts';
import type { Report } from '../report.ts';
import { seconds } from '../report.ts';
import { forgetStackFile } from '../stack-config.ts';
import { lockStack } from '../stack-lock.ts';

export type DownOptions = { context: LabContext; stack: string; report: Report };

/** What the cloud still has of the stack when all was tried. */
export type Receipt = { left: readonly TargetResource[] };

const ATTEMPTS = 5;
const PAUSE_MS = 1000;
/** A cloud may take minutes for each attempt. */
const REMOVAL_LIMIT_MS = 45 * 60_000;

/** @throws UnknownLab */
export async function down({ context, stack, report }: DownOptions): Promise<Receipt> {
  const begun = Date.now();
  const { projectDir, dataDir } = context.paths;
  const cloud = await findLab(context, stack);
  const release = lockStack(dataDir, stack, 'down');
  try {
    // Without the engine that has its images a lab can still be given back: what costs is on the cloud.
    const { target, env } = await prepareAll(context, { cloud, stack, images: false }, report);
    if (readState(context, stack) !== undefined) {
      await clearBackendLock({ context, stack, env, report });
      await destroy({ context, stack, target, env, report });
    }
    const left = await removeAll(target, stack, report);
    if (left.length === 0) {
      if (readState(context, stack) !== undefined) {
        await pulumi(['stack', 'rm', stack, '--yes', '--force', '--preserve-config'], context, env);
      }
      forgetStackFile(projectDir, stack);
      removeClientFiles(context, stack);
    }
    report.line(
      left.length === 0 ? `stack ${stack} is down (${seconds(Date.now() - begun)})` : `stack ${stack} is not all down`,
    );
    return { left };
  } finally {
    release();
  }
}

/** Removes what a cloud has of a stack, whoever made it. @returns what it still has when all was tried */
export async function removeAll(target: CloudTarget, stack: string, report: Report): Promise<TargetResource[]> {
  const end = Date.now() + REMOVAL_LIMIT_MS;
  let left = await target.listResources(stack);
  for (let attempt = 0; left.length > 0 && attempt < ATTEMPTS && Date.now() < end; attempt++) {
    if (attempt > 0) await delay(PAUSE_MS);
    report.line(`removing what Pulumi does not know of: ${describe(left)}`);
    await target.removeResources(left, report.line);
    left = await target.listResources(stack);
  }
  return left;
}

type Work = Parameters<typeof reconcile>[0];

/** Pulumi's own way first. Where it fails, the cloud's own list of resources is what `down` goes by. */
async function destroy(work: Work): Promise<void> {
  const { context, stack, target, env, report } = work;
  try {
    await reconcile(work);
    const args = ['destroy', '--yes', '--skip-preview', '--stack', stack];
    const { ok, errors } = await runUpdate({ projectDir: context.paths.projectDir, env, args, report });
    if (!ok) report.line(`pulumi destroy did not get through: ${explainErrors(errors, target, '; ')}`);
  } catch (error) {
    report.line(`pulumi destroy did not get through: ${(error as Error).message}`);
  }
}

/** The resources, as a person would name them. */
export function describe(resources: readonly TargetResource[]): string {
  return resources.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
