/** Gets the Pulumi CLI and the Docker plugin as their vendor releases them. */

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import type { RunCommand } from './command.ts';
import { lastLines } from './command.ts';
import type { DownloadLimits } from './download.ts';
import { ask, defaultLimits, readText, reasonOf, saveChecked } from './download.ts';

export type Vendor = {
  /** Holds pulumi-v<version>-<system>.tar.gz. */
  cliUrl: string;
  /** Holds v<version>/pulumi-<version>-checksums.txt. */
  checksumsUrl: string;
  /** Holds pulumi-resource-<name>-v<version>-<system>.tar.gz; only asked whether it can be reached. */
  pluginsUrl: string;
  limits: DownloadLimits;
};

export const pulumiVendor: Vendor = {
  cliUrl: 'https://get.pulumi.com/releases/sdk',
  checksumsUrl: 'https://github.com/pulumi/pulumi/releases/download',
  pluginsUrl: 'https://get.pulumi.com/releases/plugins',
  limits: defaultLimits,
};

const pluginInstallMs = 10 * 60_000;

/** Puts the CLI and what lies beside it into `binDir`; fails with the reason if the vendor doesn't give it, or not what it listed. */
export async function downloadCli(
  vendor: Vendor,
  version: string,
  binDir: string,
  report: (text: string) => void,
): Promise<void> {
  const { file, fileUrl, listUrl } = release(vendor, version);
  report(`Asking for the release of Pulumi ${version}`);
  // Both at once: a host that doesn't answer costs its time limit once.
  const [list, archive] = await Promise.all([ask(listUrl, vendor.limits), ask(fileUrl, vendor.limits)]);
  const path = `${binDir}.tar.gz`;
  try {
    const sha256 = checksumOf(await readText(list, vendor.limits), file);
    if (sha256 === undefined) throw new Error(`${list.url}: it doesn't list ${file}`);
    await saveChecked(archive, path, sha256, (received, total) => {
      const of = total === undefined ? '' : ` of ${Math.round(total / 1e6)}`;
      report(`Downloading Pulumi ${version}: ${Math.round(received / 1e6)}${of} MB`);
    });
    const unpacked = `${binDir}.unpacked`;
    await mkdir(unpacked, { recursive: true });
    await extract({ file: path, cwd: unpacked, strict: true });
    const root = join(unpacked, 'pulumi');
    await rename(existsSync(join(root, 'bin')) ? join(root, 'bin') : root, binDir);
    await rm(unpacked, { recursive: true, force: true });
  } finally {
    list.abort.abort();
    archive.abort.abort();
    await rm(path, { force: true });
  }
}

/** Why the vendor's release can't be had from here; undefined if it answers. */
export async function vendorProblem(vendor: Vendor, version: string): Promise<string | undefined> {
  const { fileUrl, listUrl } = release(vendor, version);
  try {
    await Promise.all([ask(listUrl, vendor.limits, 'HEAD'), ask(fileUrl, vendor.limits, 'HEAD')]);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function release(vendor: Vendor, version: string): { file: string; fileUrl: string; listUrl: string } {
  const file = `pulumi-v${version}-${process.platform}-${process.arch}.tar.gz`;
  const listUrl = `${vendor.checksumsUrl}/v${version}/pulumi-${version}-checksums.txt`;
  return { file, fileUrl: `${vendor.cliUrl}/${file}`, listUrl };
}

/** The checksum that a list of lines `<sha256>  <file>` gives for the file. */
export function checksumOf(list: string, file: string): string | undefined {
  for (const line of list.split('\n')) {
    const [sha256, name] = line.trim().split(/\s+\*?/);
    if (name === file && sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  }
  return undefined;
}

/** Lets the CLI install the Docker plugin into `home`; fails with the reason, at once if the vendor can't be reached. */
export async function downloadDockerPlugin(
  vendor: Vendor,
  version: string,
  cli: string,
  home: string,
  run: RunCommand,
  report: (text: string) => void,
): Promise<void> {
  report(`Downloading Pulumi's Docker plugin ${version}`);
  const system = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  // The CLI itself tries for minutes.
  const probe = await ask(
    `${vendor.pluginsUrl}/pulumi-resource-docker-v${version}-${system}.tar.gz`,
    vendor.limits,
    'HEAD',
  );
  probe.abort.abort();
  const result = await run(cli, ['plugin', 'install', 'resource', 'docker', version, '--non-interactive'], {
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: '1' },
    timeoutMs: pluginInstallMs,
  });
  if (result.status !== 0) {
    const why = result.timedOut ? `no end within ${pluginInstallMs / 60_000} min` : lastLines(result.stderr, 2);
    throw new Error(`pulumi plugin install resource docker ${version}: ${why}`);
  }
}
