/** Schemathesis, which asks an API all that its description allows, and more: from its own pinned packages, kept in the cache. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillOnce } from '../../tools/launcher/cache-slot.ts';
import { labPaths } from '../../tools/launcher/paths.ts';
import { PROJECT_DIR } from './lab.ts';
import { outputOf, run } from './launcher.ts';

const REQUIREMENTS = join(PROJECT_DIR, 'tests/api/requirements.txt');
const INSTALL_LIMIT_MS = 300_000;

export type ContractReport = {
  /** All that it printed. */
  words: string;
  operations: { total: number; selected: number; tested: number; errored: number };
  test_cases: { generated: number; with_failures: number; errored: number };
  /** Operations by what keeps it from trying them well. */
  warnings: Record<string, string[]>;
};

export type ContractOptions = {
  /** Address of the OpenAPI document. */
  url: string;
  /** Text of its file of settings. */
  settings: string;
  args: readonly string[];
  timeoutMs: number;
};

/** Runs it. @returns what it reports, also where the API does not keep its word */
export async function checkContract({ url, settings, args, timeoutMs }: ContractOptions): Promise<ContractReport> {
  const python = await installSchemathesis();
  const folder = await mkdtemp(join(tmpdir(), 'lab-contract-'));
  const [settingsFile, report] = [join(folder, 'schemathesis.toml'), join(folder, 'report.json')];
  try {
    await writeFile(settingsFile, settings, { mode: 0o600 });
    const tool = ['-m', 'schemathesis.cli', '--config-file', settingsFile, 'run', url];
    const { stdout, stderr } = await run(python, [...tool, ...args, '--report-json-path', report], {
      cwd: folder,
      timeoutMs,
    });
    const words = `${stdout}${stderr}`;
    if (!existsSync(report)) throw new Error(`Schemathesis has left no report:\n${words}`);
    return { ...(JSON.parse(await readFile(report, 'utf8')) as ContractReport), words };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the Python that has it */
async function installSchemathesis(): Promise<string> {
  const version = await outputOf('python3', ['--version']);
  const name = createHash('sha256').update(version).update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const target = join(labPaths().cacheDir, 'schemathesis', name);
  const pythonIn = (folder: string): string => join(folder, 'bin', 'python');
  await fillOnce({
    target,
    isComplete: () => existsSync(pythonIn(target)),
    report: () => undefined,
    async fill(draft) {
      await outputOf('python3', ['-m', 'venv', draft]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
      await outputOf(pythonIn(draft), [...pip, '--require-hashes', '--requirement', REQUIREMENTS], {
        timeoutMs: INSTALL_LIMIT_MS,
      });
    },
  });
  return pythonIn(target);
}
