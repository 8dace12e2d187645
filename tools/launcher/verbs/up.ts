/** `./lab up`: from whatever is there to a lab whose every service answers. */
import { formatEstimateLine } from '../../../infra/estimate.ts';
import { describeLab } from '../../../infra/lab.ts';
import type { LabOutputs } from '../../../infra/outputs.ts';
import { Problem } from '../../../infra/problem.ts';
import { removeClientFiles, writeClientFiles, writeClientSettings } from '../client-files.ts';
import type { LabContext } from '../context.ts';
import { explainErrors } from '../explain-errors.ts';
import { prepareAll } from '../prepare.ts';
import { ensurePlugins } from '../pulumi-plugins.ts';
import { runUpdate } from '../pulumi-run.ts';
import { readState } from '../pulumi-state.ts';
import { clearBackendLock, pulumi, reconcile } from '../reconcile.ts';
import type { Report } from '../report.ts';
import { seconds } from '../report.ts';
import { checkStackCloud } from '../stack-cloud.ts';
import { forgetStackFile, keepSettings, readStackConfig } from '../stack-config.ts';
import { lockStack } from '../stack-lock.ts';
import { readOutputs } from '../stack-outputs.ts';

export type UpOptions = {
  context: LabContext;
  stack: string;
  /** `lab:key=value`, kept in the stack's file as Pulumi does. */
  settings: readonly string[];
  report: Report;
};

export type UpResult = {
  outputs: LabOutputs;
  /** How many resources are other than before. */
  changed: number;
};

/** Ends once everything answers. */
export async function up({ context, stack, settings, report }: UpOptions): Promise<UpResult> {
  const begun = Date.now();
  const { projectDir, dataDir } = context.paths;
  const config = readStackConfig(projectDir, stack, settings);
  const release = lockStack(dataDir, stack, 'up');
  try {
    await checkStackCloud(context, stack, config.cloud);
    const wanted = describeLab(config);
    const images = wanted.container !== undefined;
    const { target, env } = await prepareAll(context, { cloud: config.cloud, stack, images }, report);
    const chosen = (await target.chooseSettings?.(wanted)) ?? [];
    if (chosen.length > 0) report.line(`another lab has what this one would take by its name: ${chosen.join(', ')}`);
    const kept = [...settings, ...chosen];
    const lab = chosen.length === 0 ? wanted : describeLab(readStackConfig(projectDir, stack, kept));
    if (target.estimateCost !== undefined) report.line(formatEstimateLine(target.estimateCost(lab)));
    await clearBackendLock({ context, stack, env, report });
    if (readState(context, stack) === undefined) {
      // A lab that cannot be leaves nothing behind, not even an empty stack.
      refuseObstacles(await target.findObstacles(lab));
      // A salt without a state is of another state: with it, this user's passphrase would be a wrong one.
      forgetStackFile(projectDir, stack);
      removeClientFiles(context, stack);
      await pulumi(['stack', 'init', stack, '--no-select'], context, env);
      await reconcile({ context, stack, target, env, report });
    } else {
      const [obstacles] = await Promise.all([
        target.findObstacles(lab),
        reconcile({ context, stack, target, env, report }),
      ]);
      refuseObstacles(obstacles);
    }
    await ensurePlugins(target.plugins, { projectDir, env, report });
    keepSettings(projectDir, stack, kept);
    const args = ['up', '--yes', '--skip-preview', '--stack', stack];
    const { ok, changes, errors } = await runUpdate({ projectDir, env, args, report });
    if (!ok) throw new Problem(`The lab is not up:\n${explainErrors(errors, target)}`);
    const outputs = readOutputs(context, stack);
    writeClientFiles(context, stack, outputs);
    const { same = 0, ...others } = changes;
    const changed = Object.values(others).reduce((sum, count) => sum + count, 0);
    await writeClientSettings(context, stack, async () => env, { renew: changed > 0 });
    report.line(`every service answers: ${changed} changed, ${same} unchanged (${seconds(Date.now() - begun)})`);
    return { outputs, changed };
  } finally {
    release();
  }
}

/** @throws Problem that names all of them */
function refuseObstacles(obstacles: readonly string[]): void {
  if (obstacles.length > 0) throw new Problem(obstacles.join('\n'));
}
