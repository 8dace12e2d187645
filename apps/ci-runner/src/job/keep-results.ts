/** After the tests: reads what they left in the sandbox, decides, and stores what learners want to look at. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Coverage } from '../results/coverage.ts';
import { describeCoverage } from '../results/coverage-documents.ts';
import { writeHtmlReport } from '../results/html-report.ts';
import { testVerdict } from '../results/verdict.ts';
import type { StepEnding } from '../sandbox/step.ts';
import { findResults, readSource } from './find-results.ts';
import type { JobParts, TimedPlan } from './job-parts.ts';
import type { JobSteps } from './job-steps.ts';
import { type Outcome, withoutResults } from './outcome.ts';
import type { ReportFolder } from './stored-results.ts';

const COLLECT_SECONDS = 120;

export interface KeepOptions extends JobParts {
  plan: TimedPlan;
  steps: JobSteps;
  /** How the tests ended. */
  ending: StepEnding;
  changedLines: () => Promise<Map<string, Set<number>>>;
}

/** @throws SandboxGone, and Error when the storage does not take the results */
export async function keepResults(options: KeepOptions): Promise<Outcome> {
  const { plan, steps, ending, sandbox, log, stored, config } = options;
  await steps.run(plan.collect, COLLECT_SECONDS);
  const { junit, coverage } = await findResults(plan, steps, sandbox, log);
  const results = junit.state === 'read' ? junit.value : null;
  const verdict = testVerdict(plan.tool, ending, results, { ...config.limits, stepSeconds: plan.testSeconds });
  // Numbers of a run that didn't come to its end would say what is not so: 100 % of what was loaded, for one.
  if (verdict.state === 'errored') return withoutResults(verdict);
  const hasTests = results !== null;
  if (results !== null) await stored.storeTests(results.cases);

  const outcome = { ...withoutResults(verdict), tests: results?.tests ?? null, hasTests };
  if (coverage.state === 'malformed' && verdict.state === 'passed') {
    const reason = `The tests passed, but their coverage report cannot be read: ${coverage.problem}`;
    return { ...outcome, state: 'errored', exitCode: 1, reason };
  }
  if (coverage.state !== 'read') return { ...outcome, hasReport: await storeReport(options, null) };
  const documents = await describeCoverage(coverage.value, await options.changedLines(), (path) =>
    readSource(sandbox, path),
  );
  await stored.storeCoverage(documents.summary, documents.files);
  return {
    ...outcome,
    coverage: coverage.value.percent,
    changedLines: documents.summary.changed,
    hasCoverage: true,
    hasReport: await storeReport(options, coverage.value),
  };
}

/** Stores the HTML report that the project's own tool left; where there is none, one made from the coverage. */
async function storeReport({ plan, sandbox, stored, log }: KeepOptions, coverage: Coverage | null): Promise<boolean> {
  for (const folder of plan.results.report) {
    const own: ReportFolder = {
      list: (max) => sandbox.list(folder, max, { deep: true }),
      read: (path, maxBytes) => sandbox.read(`${folder}/${path}`, maxBytes),
    };
    if (await stored.storeReport(own)) return true;
  }
  if (coverage === null || coverage.files.length === 0) return false;
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  try {
    await writeHtmlReport(coverage, (path) => readSource(sandbox, path), folder);
    return await stored.storeReport({
      list: async () => {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        return entries.flatMap((entry) =>
          entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
        );
      },
      read: (path) => readFile(join(folder, path)),
    });
  } catch (error) {
    log.writeLine(`The coverage report could not be made: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
