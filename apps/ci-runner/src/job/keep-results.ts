/** After the tests: has what they left read in the sandbox, decides, and stores what learners want to look at. */
import { testVerdict } from '../results/verdict.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import type { StepEnding } from '../sandbox/step.ts';
import { findResults, RESULTS_DIR } from './find-results.ts';
import type { JobLog } from './job-log.ts';
import type { JobParts, TimedPlan } from './job-parts.ts';
import type { JobSteps } from './job-steps.ts';
import { type Outcome, withoutResults } from './outcome.ts';

const COLLECT_SECONDS = 120;

export interface KeepOptions extends JobParts {
  plan: TimedPlan;
  steps: JobSteps;
  /** How the tests ended. */
  ending: StepEnding;
}

/** @throws SandboxGone, and Error when the storage does not take the results */
export async function keepResults({
  plan,
  steps,
  ending,
  sandbox,
  log,
  stored,
  config,
}: KeepOptions): Promise<Outcome> {
  await steps.run(plan.collect, COLLECT_SECONDS);
  const { junit, coverage, report } = await findResults(plan, steps, sandbox, log);
  const results = junit.state === 'read' ? junit : null;
  const verdict = testVerdict(plan.tool, ending, results, { ...config.limits, stepSeconds: plan.testSeconds });
  // Numbers of a run that didn't come to its end would say what is not so: 100 % of what was loaded, for one.
  if (verdict.state === 'errored') return withoutResults(verdict);

  const hasTests =
    results !== null && (await orSay(log, 'list of tests', stored.storeTests(sandbox, `${RESULTS_DIR}/tests.json`)));
  const outcome = { ...withoutResults(verdict), tests: results?.tests ?? null, hasTests };
  if (coverage.state === 'malformed' && verdict.state === 'passed') {
    const reason = `The tests passed, but their coverage report cannot be read: ${coverage.problem}`;
    return { ...outcome, state: 'errored', exitCode: 1, reason };
  }
  const { isStored, problem } =
    report.folder === null ? { isStored: false, problem: null } : await stored.storeReport(sandbox, report.folder);
  const missing = report.problem ?? problem;
  const whole = {
    ...outcome,
    hasReport: isStored,
    reason: missing === null ? outcome.reason : `${outcome.reason} ${missing}`,
  };
  if (coverage.state !== 'read') return whole;
  return {
    ...whole,
    coverage: coverage.percent,
    changedLines: coverage.changed,
    hasCoverage: await orSay(log, 'coverage by file', stored.storeCoverage(sandbox, RESULTS_DIR, coverage.files)),
  };
}

/** Waits for what is stored; what is refused as it is too large is said in the log, and is not there. */
async function orSay(log: JobLog, what: string, storing: Promise<boolean>): Promise<boolean> {
  try {
    return await storing;
  } catch (error) {
    if (!(error instanceof RefusedFile)) throw error;
    log.writeLine(`The ${what} was not stored: ${error.message}`);
    return false;
  }
}
