/** The lab of the end-to-end tests: one stack for all files, brought up before the first and given back after the last. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { LabOutputs } from '../../infra/outputs.ts';
import { E2E_SETTINGS } from './e2e-settings.ts';
import { PROJECT_DIR } from './lab.ts';
import { lab, leftovers, outputOf } from './launcher.ts';

export type E2eLab = { stack: string; outputs: LabOutputs };

declare module 'vitest' {
  export interface ProvidedContext {
    e2e: E2eLab;
  }
}

/**
 * Vitest's global set-up and tear-down; the tear-down also runs when the set-up has failed half-way or a test has.
 * LAB_E2E_STACK names a lab that is up, with the settings of E2E_SETTINGS: it is used and left as it is.
 */
export default async function setup(project: TestProject): Promise<() => void | Promise<void>> {
  const running = process.env.LAB_E2E_STACK;
  if (running !== undefined) {
    const text = await outputOf('./lab', ['pulumi', 'stack', 'output', '--json', '--stack', running]);
    const outputs = JSON.parse(text) as LabOutputs;
    project.provide('e2e', { stack: running, outputs });
    return trustForPushes(outputs);
  }
  const stack = `e2e-${process.pid}`;
  const teardown = async (): Promise<void> => {
    const down = await lab(['down', stack]);
    const left = await leftovers(stack);
    // What was set with -c stays in the stack's file, and the file with it; the salt of its secrets does not.
    const file = join(PROJECT_DIR, `Pulumi.${stack}.yaml`);
    const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
    rmSync(file, { force: true });
    if (down.status !== 0 || left.length > 0 || kept.includes('encryptionsalt')) {
      process.exitCode = 1;
      throw new Error(`./lab down ${stack} left something: ${left.join(' ')} ${kept}\n${down.stderr}`);
    }
  };
  const settings = Object.entries(E2E_SETTINGS).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const up = await lab(['up', stack, '--json', ...settings]);
  if (up.status !== 0) {
    await teardown().catch(() => undefined);
    throw new Error(`./lab up ${stack} ended with ${up.status}:\n${up.stderr}`);
  }
  const outputs = JSON.parse(up.stdout) as LabOutputs;
  project.provide('e2e', { stack, outputs });
  const forget = trustForPushes(outputs);
  return async () => {
    forget();
    await teardown();
  };
}

/** Has Git trust the lab's own authority in every test, where it is the one that vouches for the site. @returns what undoes it */
function trustForPushes({ webUrlTls, caCertificate }: LabOutputs): () => void {
  if (webUrlTls === undefined) return () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'lab-authority-'));
  const file = join(folder, 'authority.pem');
  writeFileSync(file, caCertificate);
  process.env.GIT_SSL_CAINFO = file;
  return () => rmSync(folder, { recursive: true, force: true });
}
