/** The hosts' SSH keys are where and how SSH looks for them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { writeClientFiles } from '../../tools/launcher/client-files.ts';
import { temporaryFolder } from './fake-project.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZ8m1zmxQ0wzP0Yj1iYyDq0xUo0PjR0mX3m0mX3m0mX';

test('a key is found by name and port, and on its own port by the name alone', () => {
  const dataDir = temporaryFolder();
  const paths = { projectDir: dataDir, cacheDir: dataDir, dataDir };
  const host = (ssh: string) => ({ internal: '10.0.0.4', roles: [], published: { ssh }, sshHostKey: KEY });
  const outputs = {
    caCertificate: 'certificate',
    hosts: { web: host('localhost:24040'), cloud: host('lab-web.westeurope.cloudapp.azure.com:22') },
  } as unknown as LabOutputs;
  writeClientFiles({ paths, stateDir: dataDir, passphraseFile: '', sshKeyFile: '' }, 'mine', outputs);
  const file = join(dataDir, 'ssh', 'known_hosts.mine');
  expect(readFileSync(file, 'utf8')).toBe(`[localhost]:24040 ${KEY}\nlab-web.westeurope.cloudapp.azure.com ${KEY}\n`);
  const find = (name: string) => spawnSync('ssh-keygen', ['-F', name, '-f', file]).status;
  expect(['[localhost]:24040', 'lab-web.westeurope.cloudapp.azure.com'].map(find)).toEqual([0, 0]);
});
