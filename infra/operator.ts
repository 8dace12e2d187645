/** What the program takes from the machine of whoever runs it: folders, and the SSH key that may log in on the hosts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labPaths } from '../tools/launcher/paths.ts';
import { findExtraAuthorities } from './extra-authorities.ts';
import { Problem } from './problem.ts';

export type Operator = {
  /** Where packed artifacts are kept. */
  cacheDir: string;
  ssh: { keyFile: string; knownHostsFile: string };
  /** One line of an OpenSSH public key. */
  sshPublicKey: string;
  /** Certificates, PEM, that this machine trusts beside the usual ones: its network may sign what hosts download, too. */
  authorities: string[];
};

/** @throws Problem where no SSH key was made yet */
export function readOperator(stack: string): Operator {
  const { cacheDir, dataDir } = labPaths();
  const keyFile = join(dataDir, 'ssh', 'id_ed25519');
  try {
    const sshPublicKey = readFileSync(`${keyFile}.pub`, 'utf8').trim();
    return {
      cacheDir,
      ssh: { keyFile, knownHostsFile: join(dataDir, 'ssh', `known_hosts.${stack}`) },
      sshPublicKey,
      authorities: findExtraAuthorities().map((file) => readFileSync(file, 'utf8')),
    };
  } catch (error) {
    throw new Problem(`There is no SSH key of the lab at ${keyFile}.pub; run ./lab env once, which makes it.`, {
      cause: error,
    });
  }
}
