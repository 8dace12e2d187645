/** Builds the Pulumi CLI and the Docker plugin from their Go modules, where the vendor's releases can't be had. */

import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult, RunCommand } from './command.ts';
import { lastLines } from './command.ts';

export type Build = {
  projectDir: string;
  run: RunCommand;
  report: (text: string) => void;
};

/** The Go that the modules ask for (the `go` line of tools/pulumi-cli/go.mod). */
export const neededGo = '1.25.11';

/** The debug information is stripped from the binaries anyway: not to make it saves a tenth of the time and a fifth of Go's build cache. */
const withoutDebug = '-gcflags=all=-dwarf=false';

const buildLimitMs = 60 * 60_000;

const wrapper = `#!/bin/sh
exec node "$(dirname "$0")/pulumi-language-nodejs.mjs" "$@"
`;

/** Why Go can't build here, in one sentence; undefined if it can. */
export async function goProblem(build: Build): Promise<string | undefined> {
  const install = `Install Go ${neededGo} or later from https://go.dev/dl and put it on PATH`;
  // In a module's folder Go says which version it would use, after it has fetched a newer one where it may.
  const result = await build.run('go', ['env', 'GOVERSION'], {
    cwd: join(build.projectDir, 'tools/pulumi-cli'),
    timeoutMs: 120_000,
  });
  if (result.missing) return `there is no \`go\` on PATH. ${install}`;
  const found = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(result.stdout.trim());
  if (result.status !== 0 || !found) {
    return `\`go\` on PATH doesn't do (${lastLines(result.stderr, 1)}). ${install}`;
  }
  const [have, need] = [found.slice(1), neededGo.split('.')].map((parts) => parts.map((part) => Number(part ?? 0)));
  const order = (have ?? []).map((part, at) => part - (need?.[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return order < 0 ? `\`go\` on PATH is ${result.stdout.trim().slice(2)}, which is too old. ${install}` : undefined;
}

/** Builds the CLI and puts it, with its language host and dynamic provider, into `binDir`. */
export async function buildCli(build: Build, version: string, binDir: string): Promise<void> {
  await mkdir(binDir, { recursive: true });
  const tools = join(build.projectDir, 'tools');
  await goBuild(build, `Pulumi ${version}`, 'pulumi-cli', [
    '-ldflags',
    `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`,
    '-o',
    join(binDir, 'pulumi'),
    'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  ]);
  await copyFile(join(tools, 'pulumi-language-nodejs.mjs'), join(binDir, 'pulumi-language-nodejs.mjs'));
  await writeFile(join(binDir, 'pulumi-language-nodejs'), wrapper, { mode: 0o755 });
  await copyFile(join(tools, 'pulumi-resource-pulumi-nodejs'), join(binDir, 'pulumi-resource-pulumi-nodejs'));
  await chmod(join(binDir, 'pulumi-resource-pulumi-nodejs'), 0o755);
}

/** Builds the Docker plugin into `pluginDir`. */
export async function buildDockerPlugin(build: Build, version: string, pluginDir: string): Promise<void> {
  await mkdir(pluginDir, { recursive: true });
  const output = join(pluginDir, 'pulumi-resource-docker');
  const flags = ['-ldflags', `-s -w -X main.Version=${version}`, '-o', output, '.'];
  await goBuild(build, `Pulumi's Docker plugin ${version}`, 'pulumi-docker', flags);
}

/** Runs `go build` in a folder of tools/, and reports how far it is. */
async function goBuild(build: Build, what: string, folder: string, args: string[]): Promise<void> {
  const start = Date.now();
  const done = { downloading: 0, compiling: 0 };
  const tick = (): void => {
    const seconds = Math.round((Date.now() - start) / 1000);
    const counts = `${done.downloading} modules downloaded, ${done.compiling} packages compiled`;
    build.report(`Building ${what} from source (${seconds} s): ${counts}`);
  };
  tick();
  const timer = setInterval(tick, 2000);
  let result: CommandResult;
  try {
    result = await build.run('go', ['build', '-v', '-mod=readonly', '-buildvcs=false', withoutDebug, ...args], {
      cwd: join(build.projectDir, 'tools', folder),
      timeoutMs: buildLimitMs,
      onLine: (line) => {
        if (line.startsWith('go: downloading')) done.downloading += 1;
        else if (/^[\w.-]+(\/\S+)?$/.test(line)) done.compiling += 1;
      },
    });
  } finally {
    clearInterval(timer);
  }
  if (result.status === 0) return;
  const why = result.timedOut ? 'it took more than an hour' : errorsOf(result.stderr);
  throw new Error(
    `Building ${what} in tools/${folder} failed: ${why}\nMend that (network, disk space), then try again.`,
  );
}

/** What `go build` complained of, without its progress. */
function errorsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.includes(' ') && !/^go: (downloading|finding|extracting) /.test(line));
  return lastLines(lines.join('\n'), 5);
}
