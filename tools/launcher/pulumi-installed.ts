/** Looks for a Pulumi that the operator has installed already. */

import { constants, existsSync } from 'node:fs';
import { access, cp, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { RunCommand } from './command.ts';

/** Gives the folder of a `pulumi` on PATH that has just this version and its language host beside it; else why not. */
export async function findCliOnPath(
  version: string,
  env: NodeJS.ProcessEnv,
  cacheDir: string,
  run: RunCommand,
): Promise<{ binDir: string } | string> {
  let why = 'there is no `pulumi`';
  for (const entry of (env.PATH ?? '').split(delimiter)) {
    const binDir = await folderOfCli(entry);
    // One of the lab's own, of another version of the project, may be on PATH and go at any time.
    if (binDir === undefined || isInside(binDir, cacheDir)) continue;
    const lacks = ['pulumi-language-nodejs', 'pulumi-resource-pulumi-nodejs'].find(
      (name) => !existsSync(join(binDir, name)),
    );
    if (lacks !== undefined) {
      why = `the \`pulumi\` in ${binDir} has no ${lacks} beside it`;
      continue;
    }
    const result = await run(join(binDir, 'pulumi'), ['version'], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: '1' },
      timeoutMs: 10_000,
    });
    const found = result.stdout.trim().replace(/^v/, '');
    if (result.status === 0 && found === version) return { binDir };
    why = `the \`pulumi\` in ${binDir} is ${found === '' ? 'broken' : found}`;
  }
  return why;
}

/** Copies the Docker plugin that the operator's own Pulumi has, if it has this version. */
export async function copyInstalledPlugin(
  version: string,
  env: NodeJS.ProcessEnv,
  cacheDir: string,
  pluginDir: string,
): Promise<boolean> {
  const home = env.PULUMI_HOME ?? join(env.HOME ?? homedir(), '.pulumi');
  const installed = join(home, 'plugins', `resource-docker-v${version}`);
  if (isInside(home, cacheDir) || existsSync(`${installed}.partial`)) return false;
  if (!existsSync(join(installed, 'pulumi-resource-docker'))) return false;
  await cp(installed, pluginDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return true;
}

async function folderOfCli(entry: string): Promise<string | undefined> {
  const path = join(entry, 'pulumi');
  try {
    await access(path, constants.X_OK);
    return dirname(await realpath(path));
  } catch {
    return undefined;
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
