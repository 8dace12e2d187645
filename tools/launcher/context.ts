/** What every verb of the launcher works with: folders, the keys of this user, and the environment of the Pulumi CLI. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../infra/problem.ts';
import { runCommand } from './command.ts';
import { installDebianPackages } from './debian-packages.ts';
import { type LabPaths, labPaths, writeAtomically } from './paths.ts';
import type { PulumiToolchain } from './pulumi-toolchain.ts';

export type LabContext = {
  paths: LabPaths;
  /** Folder of Pulumi's file backend. */
  stateDir: string;
  passphraseFile: string;
  sshKeyFile: string;
};

export function createContext(): LabContext {
  const paths = labPaths();
  return {
    paths,
    stateDir: join(paths.dataDir, 'state'),
    passphraseFile: join(paths.dataDir, 'passphrase'),
    sshKeyFile: join(paths.dataDir, 'ssh', 'id_ed25519'),
  };
}

/** Makes this user's keys, the first time: the passphrase of the state's secrets and the SSH key that logs in on the hosts. */
export async function ensureKeys(
  { stateDir, passphraseFile, sshKeyFile }: LabContext,
  report: (text: string) => void,
): Promise<void> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (!existsSync(passphraseFile)) {
    if (existsSync(join(stateDir, '.pulumi', 'stacks'))) {
      throw new Problem(
        `The passphrase of the state is gone: ${passphraseFile} is missing, but ${stateDir} holds stacks that were made with it. Put it back; or remove what they made (./lab down needs the passphrase, docker does not) and then that folder.`,
      );
    }
    writeAtomically(passphraseFile, `${randomBytes(24).toString('base64url')}\n`, 0o600);
  }
  if (existsSync(`${sshKeyFile}.pub`)) return;
  mkdirSync(join(sshKeyFile, '..'), { recursive: true, mode: 0o700 });
  await installDebianPackages(['openssh-client'], report);
  const made = await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'cloud-lab', '-f', sshKeyFile]);
  if (made.status !== 0) throw new Problem(`ssh-keygen could not make ${sshKeyFile}: ${made.stderr.trim()}`);
}

/** The environment in which `pulumi` is the lab's CLI, with the lab's state and passphrase. */
export function pulumiEnvironment(
  context: LabContext,
  { binDir, pulumiHome }: PulumiToolchain,
): Record<string, string> {
  const { paths, stateDir, passphraseFile } = context;
  return {
    PATH: [join(paths.projectDir, 'node_modules', '.bin'), binDir, process.env.PATH].join(':'),
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${stateDir}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: '1',
    // The engine and its plugins live for seconds: collecting their garbage less often saves a tenth of that.
    GOGC: process.env.GOGC ?? '400',
    // As the launcher has it: a third of the time that the program takes to load.
    NODE_COMPILE_CACHE: join(paths.cacheDir, 'node-compile'),
  };
}
