/** Describes the image that the hosts of the local cloud boot from: what goes into it, and the tag that this gives it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type CloudInitFiles, listPackages } from '../../cloud-init.ts';
import { findExtraAuthorities } from '../../extra-authorities.ts';

/** What makes a container a host, whatever its roles. */
const HOST_PACKAGES = [
  ...['cloud-init', 'dbus', 'init-system-helpers', 'iproute2', 'libpam-systemd', 'netbase', 'procps'],
  ...['python3-yaml', 'sudo', 'systemd', 'systemd-sysv'],
];

export type SystemImage = {
  /** `cloud-lab/system:<hash of everything below>` */
  tag: string;
  /** Of the base with the packages alone, where it has to be made here. */
  baseTag: string;
  packages: readonly string[];
  /** Folder with the Dockerfile and the files beside it. */
  folder: string;
  /** Folder with what installs Kafka and uv, here and on any other machine. */
  programs: string;
  /** The Node binary of the hosts. */
  node: string;
  /** npm as a package: its folder becomes that of the hosts' npm. */
  npm: string;
  /** Certificates of authorities that this machine trusts beside the usual ones. */
  authorities: readonly string[];
};

/** The image for the roles of this checkout, on this machine. */
export function describeSystemImage(projectDir: string, files: CloudInitFiles): SystemImage {
  const folder = join(projectDir, 'infra/clouds/local/image');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const programs = join(projectDir, 'cloud-init/vm');
  const nodePackage = join(projectDir, `node_modules/node-linux-${architecture}`);
  const packages = [...new Set([...HOST_PACKAGES, ...listPackages(files)])].sort();
  const authorities = findExtraAuthorities();
  const baseHash = createHash('sha256')
    .update(JSON.stringify([packages, architecture]))
    .digest('hex');
  const hash = createHash('sha256').update(baseHash);
  const npm = join(projectDir, 'node_modules/npm');
  for (const folder of [nodePackage, npm]) hash.update(readFileSync(join(folder, 'package.json')));
  for (const file of ['kafka', 'uv'].flatMap((name) => listFiles(join(programs, name))))
    hash.update(readFileSync(file));
  for (const file of listFiles(folder)) hash.update(`${relative(folder, file)}\0`).update(readFileSync(file));
  for (const file of authorities) hash.update(readFileSync(file));
  return {
    tag: `cloud-lab/system:${hash.digest('hex').slice(0, 16)}`,
    baseTag: `cloud-lab/base:${baseHash.slice(0, 16)}`,
    packages,
    folder,
    programs,
    node: join(nodePackage, 'bin/node'),
    npm,
    authorities,
  };
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
