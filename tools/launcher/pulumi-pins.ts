/** Which Pulumi the lab wants: the versions that package.json pins, and the key under which the cache keeps them. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type PulumiPins = {
  /** Version of the CLI: that of @pulumi/pulumi. */
  cli: string;
  /** Version of the Docker plugin: that of @pulumi/docker. */
  docker: string;
  /** Changes whenever what would be installed changes. */
  key: string;
};

/** The project's files that decide, together with the versions, what gets installed. */
const sources = [
  'tools/pulumi-cli/go.mod',
  'tools/pulumi-cli/go.sum',
  'tools/pulumi-docker/go.mod',
  'tools/pulumi-docker/go.sum',
  'tools/pulumi-docker/main.go',
  'tools/pulumi-language-nodejs.mjs',
  'tools/pulumi-resource-pulumi-nodejs',
];

/** Reads the pins of the project. */
export function pulumiPins(projectDir: string): PulumiPins {
  const manifest: unknown = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  const cli = pinned(manifest, '@pulumi/pulumi');
  const docker = pinned(manifest, '@pulumi/docker');
  const hash = createHash('sha256').update(`${cli} ${docker} ${process.platform} ${process.arch}\n`);
  for (const source of sources) hash.update(readFileSync(join(projectDir, source))).update('\n');
  return { cli, docker, key: `${cli}-${hash.digest('hex').slice(0, 12)}` };
}

/** The version of a provider's plugin: that of its npm package. */
export function pluginVersion(projectDir: string, plugin: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  return pinned(manifest, `@pulumi/${plugin}`);
}

function pinned(manifest: unknown, name: string): string {
  const version = dependenciesOf(manifest)[name];
  if (typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new Error(
    `package.json has to pin ${name} to one version, such as "3.256.0", but has ${JSON.stringify(version) ?? 'none'}: the engine must be of the same.`,
  );
}

function dependenciesOf(manifest: unknown): Record<string, unknown> {
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return {};
  const { dependencies } = manifest;
  return typeof dependencies === 'object' && dependencies !== null ? { ...dependencies } : {};
}
