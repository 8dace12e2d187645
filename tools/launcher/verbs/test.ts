/** `./lab test`: everything that the project promises, checked: lint, types, unit tests, and a lab of its own from end to end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import type { LabContext } from '../context.ts';
import { installDebianPackages } from '../debian-packages.ts';
import type { Report } from '../report.ts';
import { readStackConfig } from '../stack-config.ts';
import { down } from './down.ts';
import { up } from './up.ts';

/** Where Debian's package puts the browser of the tests. */
const CHROMIUM = '/usr/bin/chromium';

/**
 * What is checked: `unit` all that needs no lab, `all` that and a lab from end to end, `faults` a lab under all that can happen to it, `servers` what apps do on a database and on a broker that is killed, `machines` the user-data of hosts on plain
 * machines, `vm` in virtual machines, `oneHost` a lab that has all roles on one host, or a stack that is brought up for it and given
 * back.
 */
export type TestScope = 'unit' | 'all' | 'faults' | 'servers' | 'machines' | 'vm' | 'oneHost' | { stack: string };

export type TestOptions = { context: LabContext; report: Report; scope: TestScope };

/** What is tried on a lab with one broker, and on one with three. */
const FAULTS = ['kafka-faults', 'stream', 'chat', 'lab-faults', 'full-disks'].map(
  (name) => `tests/e2e/${name}.test.ts`,
);

/** What every lab under test is asked with. */
const CLIENT_PACKAGES = ['chromium', 'curl', 'git', 'python3-venv'];

/** What makes a virtual machine and its disk, and logs in there. */
const VM_PACKAGES = ['e2fsprogs', 'mmdebstrap', 'openssh-client', 'qemu-system-x86'];

/** What fetches a broker and runs it, and a database. */
const SERVER_PACKAGES = ['default-jre-headless', 'mariadb-server', 'maven'];

/** What a lab is asked that may be anywhere: by its outputs, and over SSH. */
const ANYWHERE = [
  ...['api-contract', 'services', 'ci-jobs', 'stream', 'chat'].map((name) => `tests/e2e/${name}.test.ts`),
  'tests/browser/first-page.test.ts',
];

/** The last line says how many passed and failed. A checker (lint, types) counts as one. @returns the exit status */
export async function runTests({ context, report, scope }: TestOptions): Promise<number> {
  const { projectDir } = context.paths;
  const out = mkdtempSync(join(tmpdir(), 'lab-test-'));
  const counts = { passed: 0, failed: 0 };
  const count = (passed: number, failed: number): void => {
    counts.passed += passed;
    counts.failed += failed;
  };
  const check = async (name: string, args: string[]): Promise<void> => {
    const ok = await runTool(projectDir, name, args, report);
    count(ok ? 1 : 0, ok ? 0 : 1);
  };
  const suite = async (project: string, files: readonly string[] = []): Promise<void> => {
    const file = join(out, `${project}.json`);
    await runTool(
      projectDir,
      `${project} tests`,
      [
        'vitest',
        'run',
        '--project',
        project,
        ...files,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ],
      report,
    );
    const { passed, failed } = readCounts(file);
    count(passed, failed);
  };
  try {
    if (scope !== 'unit') {
      await report.step('packages for the tests', (say) => installDebianPackages(CLIENT_PACKAGES, say));
    } else if (!existsSync(CHROMIUM)) {
      report.line(`without ${CHROMIUM}: the tests of pages in a browser are left out`);
    }
    if (typeof scope === 'object') {
      await withLab(context, scope.stack, report, () => suite('e2e', ANYWHERE), count);
    } else if (scope === 'machines') {
      await report.step('packages for the machines', (say) => installDebianPackages(['mmdebstrap'], say));
      await suite('machines');
    } else if (scope === 'oneHost') {
      process.env.LAB_E2E_HOSTS = 'one';
      await suite('e2e', [...ANYWHERE, 'tests/e2e/hosts.test.ts']);
    } else if (scope === 'vm') {
      await report.step('packages for virtual machines', (say) => installDebianPackages(VM_PACKAGES, say));
      await suite('vm');
    } else if (scope === 'servers') {
      await report.step('packages for the servers', (say) => installDebianPackages(SERVER_PACKAGES, say));
      await suite('servers');
    } else if (scope === 'faults') {
      for (const brokers of ['1', '3']) {
        Object.assign(process.env, { LAB_E2E_FAULTS: 'all', LAB_E2E_BROKERS: brokers });
        await suite('e2e', FAULTS);
      }
    } else {
      await Promise.all([
        check('lint', ['biome', 'check', '--error-on-warnings'])
          .then(() => check('lint of regular expressions', ['eslint', '--max-warnings=0']))
          .then(() => check('types', ['tsc', '--noEmit'])),
        suite('unit'),
      ]);
      if (scope === 'all') {
        await suite('engine');
        await suite('e2e');
      }
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}

/** Brings a lab up with the settings of the tests, and gives it back, whatever happens between; each of both counts as a check. */
async function withLab(
  context: LabContext,
  stack: string,
  report: Report,
  run: () => Promise<void>,
  count: (passed: number, failed: number) => void,
): Promise<void> {
  const { projectDir } = context.paths;
  const { adminCidr, hosts } = readStackConfig(projectDir, stack, []);
  Object.assign(process.env, { LAB_E2E_STACK: stack, LAB_E2E_REMOTE: adminCidr, LAB_E2E_HOSTS: hosts });
  const { E2E_SETTINGS } = await import('../../../tests/helpers/e2e-settings.ts');
  const settings = Object.entries(E2E_SETTINGS).map(([key, value]) => `${key}=${value}`);
  try {
    await up({ context, stack, settings, report });
    count(1, 0);
    const { changed } = await up({ context, stack, settings: [], report });
    report.line(`${changed} changed at the second up`);
    count(changed === 0 ? 1 : 0, changed === 0 ? 0 : 1);
    await run();
  } catch (error) {
    report.line((error as Error).message);
    count(0, 1);
  } finally {
    const { left } = await down({ context, stack, report });
    report.line(`${left.length} left`);
    count(left.length === 0 ? 1 : 0, left.length === 0 ? 0 : 1);
  }
}

/** Runs a tool of node_modules/.bin and shows its output. */
async function runTool(
  projectDir: string,
  name: string,
  [tool = '', ...args]: string[],
  report: Report,
): Promise<boolean> {
  report.line(name);
  const { status } = await runCommand(join(projectDir, 'node_modules', '.bin', tool), args, {
    cwd: projectDir,
    env: { ...process.env, PATH: `${join(projectDir, 'node_modules', '.bin')}:${process.env.PATH}`, FORCE_COLOR: '0' },
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
  report.line(`${name}: ${status === 0 ? 'ok' : 'failed'}`);
  return status === 0;
}

/** A run that ended before it could count its tests has failed. A skipped test is neither. */
function readCounts(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, success } = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numFailedTestSuites: number;
      success: boolean;
    };
    // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
    const failed = numFailedTests > 0 || success ? numFailedTests : Math.max(1, numFailedTestSuites);
    return { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
