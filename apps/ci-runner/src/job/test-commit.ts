/** What is done with a commit in its sandbox: get it, install it, test it, and keep what came of it. */
import type { CiJob } from '@cloud-lab/common/ci-messages';
import { type LabCiFile, LabCiFileError, readLabCiFile } from '../projects/lab-ci-file.ts';
import { planNode } from '../projects/node.ts';
import { detectLanguage, PLAN_FILES, type Plan, type Tree } from '../projects/plan.ts';
import { planPython } from '../projects/python.ts';
import { readChangedLines } from '../results/changed-lines.ts';
import { stepVerdict } from '../results/verdict.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import type { StepEnding } from '../sandbox/step.ts';
import { COMMIT_FILE, checkoutCommands, DIFF_FILE, describeCommands, repositoryUrl } from './checkout.ts';
import type { JobParts, TimedPlan } from './job-parts.ts';
import { JobSteps } from './job-steps.ts';
import { keepResults } from './keep-results.ts';
import { errored, type Outcome, withoutResults } from './outcome.ts';
import type { Progress } from './progress.ts';

const MIB = 1024 * 1024;
const CHECKOUT_SECONDS = 120;
const CLEAR_SECONDS = 20;
const LAB_CI_FILE = 'lab-ci.yaml';
const MAX_LAB_CI_BYTES = 64 * 1024;
const MAX_PLAN_FILE_BYTES = 8 * MIB;
const MAX_DIFF_BYTES = 20 * MIB;
const MAX_TOP_FILES = 5_000;
const MAX_SUBJECT = 200;

/** @throws SandboxGone, and the reason of the signal when that aborts */
export async function testCommit(job: CiJob, parts: JobParts): Promise<Outcome> {
  const { config, sandbox, log, progress } = parts;
  const { limits } = config;
  const steps = new JobSteps(sandbox, log, limits.log * MIB);

  const url = repositoryUrl(config.GIT_URL, job.repository);
  const checkout = await steps.run(checkoutCommands(url, job.commit), CHECKOUT_SECONDS);
  if (checkout.exitCode !== 0) {
    return withoutResults(stepVerdict('sandbox', checkout, { ...limits, stepSeconds: CHECKOUT_SECONDS }));
  }
  await steps.run(describeCommands(job.commit), CHECKOUT_SECONDS);
  await describeCommit(sandbox, progress);

  const plan = await makePlan(sandbox, limits.testSeconds);
  if (typeof plan === 'string') return errored(plan);

  progress.begin('install');
  const install = await installProject(plan, steps, parts);
  if (install.exitCode !== 0) {
    return withoutResults(stepVerdict('install', install, { ...limits, stepSeconds: limits.installSeconds }));
  }

  progress.begin('test');
  await steps.run(plan.clear, CLEAR_SECONDS);
  const ending = await steps.run([plan.test], plan.testSeconds);
  progress.begin('report', ending.exitCode === 0 ? 'done' : 'failed');
  return keepResults({ ...parts, plan, steps, ending, changedLines: () => changedLines(sandbox) });
}

/** Installs from what jobs share, and where that is not enough, as the project itself would. */
async function installProject(
  plan: Plan,
  steps: JobSteps,
  { config, log, cache, signal }: JobParts,
): Promise<StepEnding> {
  const { shared } = plan;
  const { installSeconds } = config.limits;
  if (shared !== null) {
    if (!(await cache.holds(shared))) {
      log.writeLine('These packages are new to this runner: it fetches them for all jobs first.');
      await cache.fetch(shared, signal);
    }
    if (await cache.holds(shared)) {
      const ending = await steps.run(shared.install, installSeconds);
      if (ending.exitCode === 0) return ending;
      log.writeLine('The shared packages are not enough: installing from the registries.');
    }
  }
  return steps.run(plan.install, installSeconds);
}

/** How the project wants to be tested; a sentence where there is no telling. */
async function makePlan(sandbox: Sandbox, testSeconds: number): Promise<TimedPlan | string> {
  let file: LabCiFile | null;
  try {
    const text = await sandbox.read(`src/${LAB_CI_FILE}`, MAX_LAB_CI_BYTES);
    file = text === undefined ? null : readLabCiFile(text.toString('utf8'), { testSeconds });
  } catch (error) {
    if (error instanceof LabCiFileError) return error.message;
    if (error instanceof RefusedFile) return `${LAB_CI_FILE} must be a plain file of at most 64 KiB.`;
    throw error;
  }
  const tree = await readTree(sandbox);
  const language = detectLanguage(tree, file);
  if (language === null) {
    return 'The repository holds neither a Python nor a Node project: add a pyproject.toml, a requirements.txt, a package.json, or a lab-ci.yaml that says what to do.';
  }
  const plan = language === 'python' ? planPython(tree, file) : planNode(tree, file);
  return { ...plan, testSeconds: file?.timeout ?? testSeconds };
}

async function readTree(sandbox: Sandbox): Promise<Tree> {
  const files = await sandbox.list('src', MAX_TOP_FILES, { deep: false });
  const texts: Record<string, string> = {};
  for (const name of PLAN_FILES.filter((each) => files.includes(each))) {
    try {
      const text = await sandbox.read(`src/${name}`, MAX_PLAN_FILE_BYTES);
      if (text !== undefined) texts[name] = text.toString('utf8');
    } catch (error) {
      // Only the cache goes without it.
      if (!(error instanceof RefusedFile)) throw error;
    }
  }
  return { files, texts };
}

async function describeCommit(sandbox: Sandbox, progress: Progress): Promise<void> {
  const text = (await sandbox.read(COMMIT_FILE, MIB).catch(absentIfRefused))?.toString('utf8') ?? '';
  const [author = '', subject = ''] = text
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').slice(0, MAX_SUBJECT));
  progress.describeCommit(author, subject);
}

/** The lines that the commit changed, file by file; none where Git could not say. */
async function changedLines(sandbox: Sandbox): Promise<Map<string, Set<number>>> {
  const diff = await sandbox.read(DIFF_FILE, MAX_DIFF_BYTES).catch(absentIfRefused);
  return diff === undefined ? new Map() : readChangedLines(diff.toString('utf8'));
}

function absentIfRefused(error: unknown): undefined {
  if (!(error instanceof RefusedFile)) throw error;
}
