/** Gets the plugins of a cloud's provider before an update needs them: some are hundreds of MiB, and Pulumi says nothing meanwhile. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../infra/problem.ts';
import { type RunCommand, runCommand } from './command.ts';
import { pluginVersion } from './pulumi-pins.ts';
import type { Report } from './report.ts';

export type PluginWork = {
  projectDir: string;
  /** Of the Pulumi CLI. */
  env: Record<string, string>;
  report: Report;
  run?: RunCommand;
};

const DOWNLOAD_LIMIT_MS = 30 * 60_000;

/**
 * Installs what is missing, in the version of its npm package, as the CLI does.
 * @param plugins names such as `azure-native`
 * @throws Problem where a plugin cannot be had
 */
export async function ensurePlugins(
  plugins: readonly string[],
  { projectDir, env, report, run = runCommand }: PluginWork,
): Promise<void> {
  for (const plugin of plugins) {
    const version = pluginVersion(projectDir, plugin);
    if (existsSync(join(env.PULUMI_HOME ?? '', 'plugins', `resource-${plugin}-v${version}`))) continue;
    await report.step(`Pulumi's plugin ${plugin}`, async (say) => {
      say(`getting ${version}, once; it is large`);
      const { status, timedOut, stderr } = await run('pulumi', ['plugin', 'install', 'resource', plugin, version], {
        env: { ...process.env, ...env },
        timeoutMs: DOWNLOAD_LIMIT_MS,
      });
      if (status === 0) return;
      const why = timedOut ? `no end within ${DOWNLOAD_LIMIT_MS / 60_000} minutes` : stderr.trim().split('\n').at(-1);
      throw new Problem(
        `Pulumi's plugin ${plugin} ${version} can't be had (${why}). It comes from get.pulumi.com or github.com: see that one of them can be reached, then try again.`,
      );
    });
  }
}
