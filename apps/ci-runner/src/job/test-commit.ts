/** What is done with a commit in its sandbox: get it, install it, test it, and keep what came of it. */
import type { CiJob } from '@cloud-lab/common/ci-messages';
import { command, LAB_FENCE } from '../projects/command.ts';
import { planNode } from '../projects/node.ts';
import type { Plan, SharedFiles } from '../projects/plan.ts';
import { MAX_PROJECT_BYTES, type Project, readProject } from '../projects/project.ts';
import { planPython } from '../projects/python.ts';
import { stepVerdict } from '../results/verdict.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import { JOB_DIR, type StepEnding, TOOLS_DIR } from '../sandbox/step.ts';
import { COMMIT_FILE, checkoutCommands, describeCommands, repositoryUrl } from './checkout.ts';
import type { JobParts } from './job-parts.ts';
import { JobSteps } from './job-steps.ts';
import { keepResults } from './keep-results.ts';
import { errored, type Outcome, withoutResults } from './outcome.ts';

const MIB = 1024 * 1024;
const CHECKOUT_SECONDS = 120;
const CLEAR_SECONDS = 20;
const DESCRIBE_SECONDS = 30;
const PROJECT_FILE = 'out/project.json';
const DESCRIBER = ['/usr/local/bin/node', '--max-old-space-size=512', `${TOOLS_DIR}/describe-project.mjs`];
const MAX_SHARED_BYTES: Readonly<Record<keyof SharedFiles, number>> = {
  'pyproject.toml': MIB,
  'package.json': MIB,
  'package-lock.json': 8 * MIB,
};

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
  const project = await describeProject(steps, sandbox, limits.testSeconds);
  if (project === null) {
    return errored('The files at the top of the repository could not be read in time: are they what they should be?');
  }
  progress.describeCommit(project.author, project.subject);
  if (project.problem !== null) return errored(project.problem);
  if (project.language === null) {
    return errored(
      'The repository holds neither a Python nor a Node project: add a pyproject.toml, a requirements.txt, a package.json, or a lab-ci.yaml that says what to do.',
    );
  }
  const files = await readSharedFiles(sandbox);
  const planned = project.language === 'python' ? planPython(project, files) : planNode(project, files);
  const plan = { ...planned, testSeconds: project.labCi?.timeout ?? limits.testSeconds };

  progress.begin('install');
  const install = await installProject(plan, steps, parts);
  if (install.exitCode !== 0) {
    return withoutResults(stepVerdict('install', install, { ...limits, stepSeconds: limits.installSeconds }));
  }

  progress.begin('test');
  await steps.run(plan.clear, CLEAR_SECONDS);
  const ending = await steps.run([plan.test], plan.testSeconds);
  progress.begin('report', ending.exitCode === 0 ? 'done' : 'failed');
  return keepResults({ ...parts, plan, steps, ending });
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

/** Has the sandbox read how the project wants to be tested; null where it could not. */
async function describeProject(steps: JobSteps, sandbox: Sandbox, testSeconds: number): Promise<Project | null> {
  const options = [`--out=${PROJECT_FILE}`, `--commit=${COMMIT_FILE}`, `--test-seconds=${testSeconds}`];
  const { exitCode } = await steps.run([command('', [...DESCRIBER, ...options], LAB_FENCE, JOB_DIR)], DESCRIBE_SECONDS);
  if (exitCode !== 0) return null;
  const text = await sandbox.read(PROJECT_FILE, MAX_PROJECT_BYTES).catch(absentIfRefused);
  return text === undefined ? null : readProject(text.toString('utf8'));
}

/** Reads the files that the sandbox which fetches packages is given as they are. */
async function readSharedFiles(sandbox: Sandbox): Promise<SharedFiles> {
  const files: SharedFiles = {};
  for (const [name, maxBytes] of Object.entries(MAX_SHARED_BYTES)) {
    const text = await sandbox.read(`src/${name}`, maxBytes).catch(absentIfRefused);
    if (text !== undefined) files[name as keyof SharedFiles] = text.toString('utf8');
  }
  return files;
}

function absentIfRefused(error: unknown): undefined {
  if (!(error instanceof RefusedFile)) throw error;
}
