/** One job from its commit to its result: get the code, install it, test it, publish log and report. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import { type CiJob, type CiTests, type CiUpdate, logBlobName } from '@cloud-lab/common/ci-messages';
import type { Logger } from 'pino';
import type { RunnerConfig } from './config.ts';
import { createWorkspace, isFile, readJobFile, removeWorkspace } from './job-files.ts';
import { JobLog } from './job-log.ts';
import { publishReport } from './report.ts';
import { runCommand } from './run-command.ts';
import { sandboxCommand } from './sandbox.ts';
import { type Command, checkoutCommands, checkSource, installCommands, RESULTS, testCommand } from './steps.ts';
import { type JUnitResult, parseCoverage, parseJUnit } from './test-results.ts';
import { type Ending, stepVerdict, testVerdict, type Verdict } from './verdict.ts';

const CHECKOUT_LIMIT_SECONDS = 120;
const INSTALL_LIMIT_SECONDS = 300;
const MAX_RESULT_BYTES = 20 * 1024 * 1024;
const PROXY_VARIABLES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'UV_DEFAULT_INDEX',
];

export interface JobContext {
  config: RunnerConfig;
  container: ContainerClient;
  logger: Logger;
  /** Aborts when the job is no longer this runner's. */
  signal: AbortSignal;
}

/** The message that ends a run. */
export type FinalUpdate = Exclude<CiUpdate, { state: 'running' }>;

interface Outcome extends Verdict {
  tests: CiTests | null;
  coverage: number | null;
  hasReport: boolean;
}

const withoutResults = (verdict: Verdict): Outcome => ({ ...verdict, tests: null, coverage: null, hasReport: false });

/** Runs the commands of a step in the sandbox until one ends badly. */
async function runStep(
  commands: readonly Command[],
  limitSeconds: number,
  workspace: string,
  log: JobLog,
  { config, signal }: JobContext,
): Promise<Ending> {
  const deadline = Date.now() + limitSeconds * 1_000;
  const resolvConf = await realpath('/etc/resolv.conf').catch(() => '/etc/resolv.conf');
  for (const { label, argv, cache, ...command } of commands) {
    if (label !== '') log.writeLine(`$ ${label}`);
    const { file, args } = sandboxCommand({
      ...command,
      ...(cache ? { cache: join(config.WORKSPACE_DIR, 'cache') } : {}),
      command: argv,
      workspace,
      installer: config.UV_PATH,
      resolvConf,
    });
    const limitMs = Math.max(deadline - Date.now(), 1);
    const ending = await runCommand({ file, args, limitMs, signal, onOutput: (chunk) => log.write(chunk) });
    if (ending.timedOut || ending.exitCode !== 0) return ending;
  }
  return { exitCode: 0, timedOut: false };
}

/** What a result file says, or null with a line in the log when it can't be read. */
async function readResult<T>(
  workspace: string,
  path: string,
  parse: (text: string) => T,
  log: JobLog,
): Promise<T | null> {
  try {
    return parse((await readJobFile(workspace, path, MAX_RESULT_BYTES)).toString('utf8'));
  } catch (error) {
    log.writeLine(error instanceof Error && !('code' in error) ? error.message : `The tests have not written ${path}.`);
    return null;
  }
}

async function publishOrNote(id: string, workspace: string, log: JobLog, context: JobContext): Promise<boolean> {
  try {
    return await publishReport(context.container, id, workspace, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    context.logger.warn({ err: error, job: id }, 'The coverage report could not be published');
    log.writeLine('The coverage report could not be published.');
    return false;
  }
}

async function testCommit(job: CiJob, workspace: string, log: JobLog, context: JobContext): Promise<Outcome> {
  const { config } = context;
  const run = (commands: Command[], limitSeconds: number) => runStep(commands, limitSeconds, workspace, log, context);

  const checkout = await run(checkoutCommands(config.GIT_URL, job.repository, job.commit), CHECKOUT_LIMIT_SECONDS);
  if (checkout.exitCode !== 0) return withoutResults(stepVerdict('checkout', checkout, CHECKOUT_LIMIT_SECONDS));

  const [pyproject, setup, hasRequirements] = await Promise.all(
    ['pyproject.toml', 'setup.py', 'requirements.txt'].map((name) => isFile(join(workspace, 'src', name))),
  );
  const proxies = PROXY_VARIABLES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const tree = { isPackage: pyproject === true || setup === true, hasRequirements: hasRequirements === true };
  const install = await run(installCommands(tree, Object.fromEntries(proxies)), INSTALL_LIMIT_SECONDS);
  if (install.exitCode !== 0) return withoutResults(stepVerdict('install', install, INSTALL_LIMIT_SECONDS));

  const ending = await run([testCommand()], config.TEST_TIMEOUT_SECONDS);
  const results = await readResult<JUnitResult>(workspace, RESULTS.junit, parseJUnit, log);
  const verdict = testVerdict(ending, results, config.TEST_TIMEOUT_SECONDS);
  // Numbers of a run that didn't come to its end would say what is not so: 100 % of what was loaded, for one.
  if (results === null || verdict.state === 'errored') return withoutResults(verdict);
  const coverage = await readResult(workspace, RESULTS.coverage, parseCoverage, log);
  const hasReport = await publishOrNote(job.id, workspace, log, context);
  return { ...verdict, tests: results.tests, coverage, hasReport };
}

/**
 * Runs the job; a job that ends badly is an ordinary result.
 * @throws The signal's reason when that aborts, and Error when the storage takes no log.
 */
export async function runJob(job: CiJob, startedAt: Date, context: JobContext): Promise<FinalUpdate> {
  const { config, container, logger, signal } = context;
  const log = await JobLog.create(container.getAppendBlobClient(logBlobName(job.id)), logger, signal);
  let workspace: string | null = null;
  let outcome: Outcome;
  try {
    log.writeLine(`Run ${job.id} of ${job.repository}, branch ${job.branch}, on ${config.RUNNER_NAME}`);
    const objection = checkSource(job.repository, job.commit);
    workspace = await createWorkspace(config.WORKSPACE_DIR);
    outcome =
      objection === null
        ? await testCommit(job, workspace, log, context)
        : withoutResults({ state: 'errored', exitCode: 1, reason: objection });
  } catch (error) {
    if (signal.aborted) {
      log.abandon();
      throw error;
    }
    logger.error({ err: error, job: job.id }, 'The runner could not do its part of a job');
    outcome = withoutResults({
      state: 'errored',
      exitCode: 1,
      reason: 'The runner could not do its part: ask for help.',
    });
  } finally {
    if (workspace !== null) {
      await removeWorkspace(workspace).catch((err: unknown) => logger.warn({ err, workspace }, 'A folder is left'));
    }
  }
  log.writeLine(`${outcome.state}: ${outcome.reason}`);
  await log.close();
  signal.throwIfAborted();
  const finishedAt = new Date();
  return {
    id: job.id,
    runner: config.RUNNER_NAME,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    ...outcome,
  };
}
