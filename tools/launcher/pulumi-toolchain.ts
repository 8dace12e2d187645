/** Finds the Pulumi engine that the project pins, or gets it: from the cache, PATH, the vendor, or its Go modules. */

import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fillOnce } from './cache-slot.ts';
import type { RunCommand } from './command.ts';
import { runCommand } from './command.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { LabPaths } from './paths.ts';
import { buildCli, buildDockerPlugin, goProblem } from './pulumi-build.ts';
import { copyInstalledPlugin, findCliOnPath } from './pulumi-installed.ts';
import type { PulumiPins } from './pulumi-pins.ts';
import { pulumiPins } from './pulumi-pins.ts';
import { isForgotten, type Origin, readStamp, touchStamp, writeStamp } from './pulumi-stamp.ts';

export type PulumiToolchain = {
  /** To be put first on PATH. */
  binDir: string;
  /** To be the engine's PULUMI_HOME. */
  pulumiHome: string;
  source: 'cached' | Origin;
};

export type PulumiRequest = {
  paths: LabPaths;
  report: (text: string) => void;
  /** Where the vendor's releases are; a test gives its own. */
  vendor?: import('./pulumi-vendor.ts').Vendor;
  run?: RunCommand;
  env?: NodeJS.ProcessEnv;
};

type Maker = Required<PulumiRequest> & { pins: PulumiPins; draft: string };

/** Toolchains of other versions go when nobody has used them for so long. */
const keepDays = 30;

/** Gives the pinned engine with its Docker plugin; the first time it may have to be downloaded or built. */
export async function ensurePulumi(request: PulumiRequest): Promise<PulumiToolchain> {
  const pins = pulumiPins(request.paths.projectDir);
  const folder = toolchainFolder(request.paths, pins);
  let source: PulumiToolchain['source'] = 'cached';
  if (readStamp(folder) === undefined) {
    const { pulumiVendor } = await import('./pulumi-vendor.ts');
    const defaults = { vendor: pulumiVendor, run: runCommand, env: process.env };
    await fillOnce({
      target: folder,
      isComplete: () => readStamp(folder) !== undefined,
      report: request.report,
      fill: async (draft) => {
        source = await make({ ...defaults, ...request, pins, draft });
      },
    });
    await removeForgotten(request.paths, folder);
  }
  const stamp = readStamp(folder);
  if (stamp === undefined) {
    throw new Error(`The Pulumi engine in ${folder} is not whole. Remove that folder, then try again.`);
  }
  touchStamp(folder);
  return { binDir: resolve(folder, stamp.binDir), pulumiHome: join(folder, 'home'), source };
}

/** Says for `doctor` whether the engine is there or can be had. */
export async function diagnosePulumi(request: Omit<PulumiRequest, 'report'>): Promise<Diagnosis[]> {
  const name = 'Pulumi engine';
  const { projectDir } = request.paths;
  const pins = pulumiPins(projectDir);
  const stamp = readStamp(toolchainFolder(request.paths, pins));
  const what = `${pins.cli} with the Docker plugin ${pins.docker}`;
  if (stamp !== undefined) return [{ name, ok: true, detail: `${what}, ready (${origins[stamp.origin]})` }];
  const { pulumiVendor, vendorProblem } = await import('./pulumi-vendor.ts');
  const unreachable = await vendorProblem(request.vendor ?? pulumiVendor, pins.cli);
  if (unreachable === undefined) return [{ name, ok: true, detail: `${what}, to be downloaded by the first \`up\`` }];
  const problem = await goProblem({ projectDir, run: request.run ?? runCommand, report: () => undefined });
  const vendorDetail = `the vendor's release can't be had (${unreachable})`;
  if (problem === undefined) {
    return [{ name, ok: true, detail: `${what}, to be built by the first \`up\` (some 7 minutes): ${vendorDetail}` }];
  }
  const fix = 'Install Go as said, or let this machine reach the vendor.';
  return [{ name, ok: false, detail: `${vendorDetail}, and ${problem}`, fix }];
}

const origins: Record<Origin, string> = {
  path: 'the one on PATH',
  vendor: "the vendor's release",
  built: 'built from its Go modules',
};

function toolchainFolder(paths: LabPaths, pins: PulumiPins): string {
  return join(paths.cacheDir, 'pulumi', pins.key);
}

/** Fills the draft folder by the first way that works, and stamps it. */
async function make(maker: Maker): Promise<Origin> {
  const { draft, pins } = maker;
  const found = await findCliOnPath(pins.cli, maker.env, maker.paths.cacheDir, maker.run);
  const origin: Origin = typeof found === 'object' ? 'path' : await getCli(maker, found);
  const binDir = typeof found === 'object' ? found.binDir : 'bin';
  const plugin = await getDockerPlugin(maker, resolve(draft, binDir, 'pulumi'), origin);
  const beside = ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-pulumi-nodejs'];
  writeStamp(draft, origin, binDir, [...beside.map((file) => join(binDir, file)), plugin]);
  return origin;
}

/** Puts the CLI into the draft's bin. */
async function getCli(maker: Maker, notOnPath: string): Promise<Origin> {
  const { pins, vendor, report } = maker;
  const binDir = join(maker.draft, 'bin');
  const { downloadCli } = await import('./pulumi-vendor.ts');
  try {
    await downloadCli(vendor, pins.cli, binDir, report);
    return 'vendor';
  } catch (error) {
    const unreachable = error instanceof Error ? error.message : String(error);
    await rm(binDir, { recursive: true, force: true });
    const problem = await goProblem(building(maker));
    if (problem !== undefined) {
      throw new Error(
        `Pulumi ${pins.cli} can't be had. On PATH: ${notOnPath}. The vendor's release: ${unreachable}. Building it: ${problem}.`,
      );
    }
    await buildCli(building(maker), pins.cli, binDir);
    return 'built';
  }
}

/** Puts the Docker plugin where the engine looks for it first and without a warning; gives its path in the draft. */
async function getDockerPlugin(maker: Maker, cli: string, origin: Origin): Promise<string> {
  const { draft, pins, vendor, env, run, report } = maker;
  const plugin = join('home', 'plugins', `resource-docker-v${pins.docker}`, 'pulumi-resource-docker');
  const pluginDir = resolve(draft, plugin, '..');
  if (await copyInstalledPlugin(pins.docker, env, maker.paths.cacheDir, pluginDir)) return plugin;
  let unreachable = 'not asked, since it did not give the CLI';
  // A vendor that didn't give the CLI would only cost its time limit again.
  if (origin !== 'built') {
    const { downloadDockerPlugin } = await import('./pulumi-vendor.ts');
    try {
      await downloadDockerPlugin(vendor, pins.docker, cli, join(draft, 'home'), run, report);
      if (existsSync(join(draft, plugin))) return plugin;
      unreachable = `the CLI didn't put it at ${plugin}`;
    } catch (error) {
      unreachable = error instanceof Error ? error.message : String(error);
    }
    await rm(pluginDir, { recursive: true, force: true });
    const problem = await goProblem(building(maker));
    if (problem !== undefined) {
      throw new Error(
        `Pulumi's Docker plugin ${pins.docker} can't be had. The vendor's: ${unreachable}. Building it: ${problem}.`,
      );
    }
  }
  await buildDockerPlugin(building(maker), pins.docker, pluginDir);
  return plugin;
}

function building({ paths, run, report }: Maker) {
  return { projectDir: paths.projectDir, run, report };
}

async function removeForgotten(paths: LabPaths, current: string): Promise<void> {
  for (const name of readdirSync(join(paths.cacheDir, 'pulumi'))) {
    const folder = join(paths.cacheDir, 'pulumi', name);
    if (folder !== current && isForgotten(folder, keepDays)) await rm(folder, { recursive: true, force: true });
  }
}
