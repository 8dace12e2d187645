/** Puts a stand-in where the engine looks for a plugin, and lends it the plugins that are really there. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from '../helpers/lab.ts';

export type StandInPlugin = {
  /** The package whose plugin this stands in for, as npm and the engine call it: `azure-native` is @pulumi/azure-native. */
  package: string;
  /** Absolute path of a module whose default export is the StandInTables. */
  tables: string;
};

/** Makes a plugin of the version that the project has of its package. */
export function installStandIn(plugin: StandInPlugin, pulumiHome: string, record: string): void {
  const version = versionOf(plugin.package);
  const folder = join(pulumiHome, 'plugins', `resource-${plugin.package}-v${version}`);
  mkdirSync(folder, { recursive: true });
  const command = [
    join(PROJECT_DIR, 'node_modules/.bin/node'),
    join(import.meta.dirname, 'provider.ts'),
    ...['--version', version, '--tables', plugin.tables, '--record', record],
  ];
  const script = `#!/bin/sh\nexec ${command.map(quote).join(' ')} "$@"\n`;
  writeFileSync(join(folder, `pulumi-resource-${plugin.package}`), script, { mode: 0o755 });
}

/**
 * The plugins of another home, by links, but for those that are stood in for. The engine follows no link to a folder, so the
 * folders are made.
 */
export function lendPlugins(fromHome: string, toHome: string, standIns: readonly StandInPlugin[]): void {
  const plugins = join(fromHome, 'plugins');
  const replaced = standIns.map((plugin) => `resource-${plugin.package}-v`);
  for (const { name } of readdirSync(plugins, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    if (replaced.some((beginning) => name.startsWith(beginning))) continue;
    mkdirSync(join(toHome, 'plugins', name), { recursive: true });
    for (const file of readdirSync(join(plugins, name)))
      symlinkSync(join(plugins, name, file), join(toHome, 'plugins', name, file));
  }
}

function versionOf(name: string): string {
  const manifest = join(PROJECT_DIR, 'node_modules/@pulumi', name, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
