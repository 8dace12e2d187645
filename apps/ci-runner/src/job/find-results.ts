/** Has the sandbox read what the tests of a job have left in it. */
import { command, LAB_FENCE } from '../projects/command.ts';
import type { Plan } from '../projects/plan.ts';
import { ResultError } from '../results/result-error.ts';
import { MAX_SUMMARY_BYTES, NO_RESULTS, type ResultSummary, readResultSummary } from '../results/result-summary.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import { JOB_DIR, TOOLS_DIR } from '../sandbox/step.ts';
import { DIFF_FILE } from './checkout.ts';
import type { JobLog } from './job-log.ts';
import type { JobSteps } from './job-steps.ts';

const READ_SECONDS = 60;
/** Folder of what read-results writes. */
export const RESULTS_DIR = 'out/results';
const READER = ['/usr/local/bin/node', '--max-old-space-size=1024', `${TOOLS_DIR}/read-results.mjs`];

/** What is there of the files that a plan names. */
export async function findResults(
  { results }: Plan,
  steps: JobSteps,
  sandbox: Sandbox,
  log: JobLog,
): Promise<ResultSummary> {
  const files = [
    ...results.junit.map((path) => `--junit=${path}`),
    ...results.coverage.map((path) => `--coverage=${path}`),
    ...results.report.map((path) => `--report=${path}`),
  ];
  const reader = [...READER, `--out=${RESULTS_DIR}`, `--diff=${DIFF_FILE}`, ...files];
  const { exitCode } = await steps.run([command('', reader, LAB_FENCE, JOB_DIR)], READ_SECONDS);
  try {
    const text = exitCode === 0 ? await sandbox.read(`${RESULTS_DIR}/summary.json`, MAX_SUMMARY_BYTES) : undefined;
    if (text !== undefined) return readResultSummary(text.toString('utf8'));
  } catch (error) {
    if (!(error instanceof ResultError || error instanceof RefusedFile)) throw error;
  }
  log.writeLine('The results that the tests left could not be read.');
  return NO_RESULTS;
}
