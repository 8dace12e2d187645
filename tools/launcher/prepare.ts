/** Gets a machine to where Pulumi can run on it: keys, the Pulumi engine, and what the stack's cloud needs, side by side. */

import type { CloudTarget, Prepare } from '../../infra/clouds/target.ts';
import { targetOf } from '../../infra/clouds/targets.ts';
import type { CloudName } from '../../infra/config.ts';
import { ensureKeys, type LabContext, pulumiEnvironment } from './context.ts';
import { ensurePulumi } from './pulumi-toolchain.ts';
import type { Report } from './report.ts';

export type Prepared = {
  target: CloudTarget;
  /** Environment of the Pulumi CLI. */
  env: Record<string, string>;
};

/** Makes sure that this user has keys and a Pulumi engine. */
export async function preparePulumi(context: LabContext, report: Report): Promise<Record<string, string>> {
  const [toolchain] = await Promise.all([
    report.step('Pulumi engine', (say) => ensurePulumi({ paths: context.paths, report: say })),
    report.step('keys', (say) => ensureKeys(context, say)),
  ]);
  return pulumiEnvironment(context, toolchain);
}

export type Wanted = Pick<Prepare, 'stack' | 'images'> & { cloud: CloudName };

/** The same, and what the cloud needs. The first error is told; the other steps are left to end by themselves. */
export async function prepareAll(
  context: LabContext,
  { cloud, stack, images }: Wanted,
  report: Report,
): Promise<Prepared> {
  const target = await targetOf(cloud);
  const { projectDir, cacheDir, dataDir } = context.paths;
  const ready = target.prepare({ stack, projectDir, cacheDir, dataDir, images, step: report.step });
  const [env] = await Promise.all([preparePulumi(context, report), ready]);
  return { target, env };
}
