/** What the engine's start-up has to know of this machine; a test gives a machine of its own. */

import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { RunCommand } from './command.ts';
import { runCommand } from './command.ts';

export type System = {
  run: RunCommand;
  env: NodeJS.ProcessEnv;
  isRoot: boolean;
  hasSystemd: boolean;
  /** ID and ID_LIKE of /etc/os-release, such as ["ubuntu", "debian"]. */
  distribution: string[];
  hasCommand: (name: string) => boolean;
  socketExists: (path: string) => boolean;
};

/** This machine. Debian keeps daemons in /usr/sbin, which a user's PATH may lack. */
export function thisSystem(): System {
  const path = [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);
  const env = { ...process.env, PATH: path };
  return {
    run: (command, args, options) => runCommand(command, args, { env, ...options }),
    env,
    isRoot: process.getuid?.() === 0,
    hasSystemd: existsSync('/run/systemd/system'),
    distribution: distributionOf('/etc/os-release'),
    hasCommand: (name) => path.split(delimiter).some((folder) => isExecutable(join(folder, name))),
    socketExists: existsSync,
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function distributionOf(path: string): string[] {
  try {
    const values = [...readFileSync(path, 'utf8').matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)];
    return values.flatMap((match) => (match[1] ?? '').split(' '));
  } catch {
    return [];
  }
}
