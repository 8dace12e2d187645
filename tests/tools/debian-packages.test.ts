/** Packages that are missing are installed where the lab may, and asked for in words where it may not. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { installDebianPackages } from '../../tools/launcher/debian-packages.ts';
import type { System } from '../../tools/launcher/engine-system.ts';
import { fakeRun } from './fake-project.ts';

let machine: System;
vi.mock('../../tools/launcher/engine-system.ts', () => ({ thisSystem: () => machine }));

const run = fakeRun({ 'apt-get': {} });

/** A machine with these commands. */
function machineWith(commands: string[], facts: Partial<System> = {}): void {
  machine = {
    run,
    env: {},
    isRoot: true,
    hasSystemd: false,
    distribution: ['ubuntu', 'debian'],
    socketExists: () => false,
    ...facts,
    hasCommand: (name) => commands.includes(name),
  };
}

beforeEach(() => void run.calls.splice(0));
const report = (): void => undefined;

describe('packages of Debian', () => {
  test('whose commands are there are not asked for, whatever their names', async () => {
    machineWith(['ssh-keygen', 'mmdebstrap'], { isRoot: false, distribution: ['arch'] });
    await installDebianPackages(['openssh-client', 'mmdebstrap'], report);
    expect(run.calls).toEqual([]);
  });

  test('that are missing are installed by root, and they alone', async () => {
    machineWith(['mmdebstrap']);
    await installDebianPackages(['openssh-client', 'mmdebstrap'], report);
    expect(run.calls).toEqual(['apt-get update', 'apt-get install -y --no-install-recommends openssh-client']);
  });

  test.each([
    [{ isRoot: false }, 'Missing on this machine: git, curl. As root: apt-get install git curl; then try again.'],
    [
      { distribution: ['fedora'] },
      "Missing on this machine: git, curl. Install them with your system's packages; then try again.",
    ],
  ])('that this user or system cannot install are named: %j', async (facts, words) => {
    machineWith([], facts);
    await expect(installDebianPackages(['git', 'curl'], report)).rejects.toThrow(words);
    expect(run.calls).toEqual([]);
  });

  test('that bring a module of Python are told by that module', async () => {
    const answers = fakeRun({ 'apt-get': {}, python3: { status: 0 } });
    machineWith([], { run: answers });
    await installDebianPackages(['python3-venv'], report);
    expect(answers.calls).toEqual(['python3 -c import ensurepip']);
    const without = fakeRun({ 'apt-get': {}, python3: { status: 1 } });
    machineWith(['python3'], { run: without });
    await installDebianPackages(['python3-venv'], report);
    expect(without.calls.at(-1)).toBe('apt-get install -y --no-install-recommends python3-venv');
  });

  test('are installed on Debian itself, whose name stands alone', async () => {
    machineWith([], { distribution: ['debian'] });
    await installDebianPackages(['git'], report);
    expect(run.calls.at(-1)).toBe('apt-get install -y --no-install-recommends git');
  });
});
