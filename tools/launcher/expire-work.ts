/** What `./lab expire` works with: this user's stacks, the clouds, and how a lab is given back. */
import { targetOf } from '../../infra/clouds/targets.ts';
import type { LabContext } from './context.ts';
import { listStacks, readState } from './pulumi-state.ts';
import type { Report } from './report.ts';
import { findStackCloud } from './stack-cloud.ts';
import { readDefaults, readRawConfig } from './stack-config.ts';
import { lockStack } from './stack-lock.ts';
import { down, removeAll } from './verbs/down.ts';
import { type ExpireWork, readClassHours } from './verbs/expire.ts';

export async function createExpireWork(context: LabContext, report: Report, dryRun: boolean): Promise<ExpireWork> {
  const { projectDir, cacheDir, dataDir } = context.paths;
  const stacks = await Promise.all(
    listStacks(context).map(async (stack) => ({
      stack,
      cloud: await findStackCloud(context, stack),
      state: readState(context, stack),
    })),
  );
  return {
    now: new Date(),
    dryRun,
    stacks,
    targetOf,
    readClasses: (stack) => readClassHours(readDefaults(projectDir), readRawConfig(projectDir, stack, []), stack),
    down: async (stack) => (await down({ context, stack, report })).left.length,
    remove: async (cloud, stack) => {
      const release = lockStack(dataDir, stack, 'expire');
      try {
        const target = await targetOf(cloud);
        await target.prepare({ stack, projectDir, cacheDir, dataDir, images: false, step: report.step });
        return (await removeAll(target, stack, report)).length;
      } finally {
        release();
      }
    },
  };
}
