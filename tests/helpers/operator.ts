/** Whoever brings a lab up, in tests: a key pair that opens nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostLogin } from '../../infra/clouds/cloud.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-operator-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What is in the private key's file. */
export const PRIVATE_KEY = 'secret-operator';

/** What `Cloud.boot` is told of the operator. */
export const OPERATOR: { sshPublicKey: string; login: HostLogin } = {
  sshPublicKey: 'ssh-ed25519 AAAA me',
  login: {
    keyFile: join(folder, 'key'),
    hostKeys: { web: 'ecdsa-sha2-nistp256 AAAA', lab: 'ecdsa-sha2-nistp256 BBBB' },
  },
};
writeFileSync(OPERATOR.login.keyFile, PRIVATE_KEY);
