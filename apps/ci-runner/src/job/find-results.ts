/** Has the sandbox read what the tests of a job have left in it. */
import { command } from '../projects/command.ts';
import type { Plan } from '../projects/plan.ts';
import { type FoundResults, readFoundResults } from '../results/found-results.ts';
import { ResultError } from '../results/result-error.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import { JOB_DIR, TOOLS_DIR } from '../sandbox/step.ts';
import type { JobLog } from './job-log.ts';
import type { JobSteps } from './job-steps.ts';

const READ_SECONDS = 60;
const RESULTS_FILE = 'out/results.json';
const MAX_RESULTS_BYTES = 32 * 1024 * 1024;
const MAX_SOURCE_BYTES = 1024 * 1024;
const READER = ['/usr/local/bin/node', '--max-old-space-size=1024', `${TOOLS_DIR}/read-results.mjs`];
const FENCE = { network: 'none', cache: 'none', environment: {} } as const;

/** What is there of the files that a plan names. */
export async function findResults(
  { results }: Plan,
  steps: JobSteps,
  sandbox: Sandbox,
  log: JobLog,
): Promise<FoundResults> {
  const files = [
    ...results.junit.map((path) => `--junit=${path}`),
    ...results.coverage.map((path) => `--coverage=${path}`),
  ];
  const { exitCode } = await steps.run(
    [command('', [...READER, `--out=${RESULTS_FILE}`, ...files], FENCE, JOB_DIR)],
    READ_SECONDS,
  );
  try {
    const text = exitCode === 0 ? await sandbox.read(RESULTS_FILE, MAX_RESULTS_BYTES) : undefined;
    if (text !== undefined) return readFoundResults(text.toString('utf8'));
  } catch (error) {
    if (!(error instanceof ResultError || error instanceof RefusedFile)) throw error;
  }
  log.writeLine('The results that the tests left could not be read.');
  return { junit: { state: 'absent' }, coverage: { state: 'absent' } };
}

/** The text of a file of the checkout; null where it is not there or not to be had. */
export async function readSource(sandbox: Sandbox, path: string): Promise<string | null> {
  try {
    return (await sandbox.read(`src/${path}`, MAX_SOURCE_BYTES))?.toString('utf8') ?? null;
  } catch (error) {
    if (error instanceof RefusedFile) return null;
    throw error;
  }
}
