/**
 * The web app on a free port of this machine, with sample runs instead of a lab behind it: for tests in a browser, and for
 * whoever works on the pages: `node tests/helpers/web-fixture.ts [PORT]`, then open the address that it prints.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CI_STEPS, type CiJob, type CiResult, type CiStep, type CiStepName } from '@cloud-lab/common/ci-messages';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { extract } from 'tar';
import { buildApp } from '../../apps/web/src/app.ts';
import type { GitServer } from '../../apps/web/src/ci/git-server.ts';
import { LiveRuns } from '../../apps/web/src/ci/live/live-runs.ts';
import type { ReportStore } from '../../apps/web/src/ci/report-store.ts';
import { RunWaiters } from '../../apps/web/src/ci/run-waiters.ts';
import { CiService } from '../../apps/web/src/ci/service.ts';
import { unfinishedRuns } from '../../apps/web/src/limits/table.ts';
import { createMetrics } from '../../apps/web/src/plugins/metrics.ts';
import { packArtifacts } from '../../infra/artifacts.ts';
import { createMemoryAcceptedWebhooks } from '../apps/web/memory-accepted-webhooks.ts';
import { createMemoryRunStore } from '../apps/web/memory-run-store.ts';
import { PROJECT_DIR } from './lab.ts';
import { createMemoryChat, MemoryTopics, sampleTalk } from './memory-chat.ts';
import { createMemoryStream, MemoryKafka } from './memory-stream.ts';
import { sampleHistory } from './sample-history.ts';
import { type SampleRun, sampleCommit, sampleRun } from './sample-runs.ts';

export interface WebFixture {
  url: string;
  app: FastifyInstance;
  /** What the page of the stream looks at, and what the chat is written to. */
  kafka: MemoryKafka;
  chatTopics: MemoryTopics;
  /** The sample runs, oldest first. */
  history: SampleRun[];
  /** The page of the newest sample run of this branch that ended so. */
  pathOf(branch: string, state: CiResult['state']): string;
  /** Adds a finished run. */
  add(sample: SampleRun): Promise<void>;
  /** Puts a file into the report of a run. */
  putReportFile(runId: string, path: string, text: string): void;
  /** Begins a run that goes on until it is told to end. */
  begin(branch: string, subject: string): Promise<LiveRun>;
  close(): Promise<void>;
}

/** A run under way, driven from outside. */
export interface LiveRun {
  id: string;
  /** Ends the step before, if there is one, and begins this one. */
  step(name: CiStepName): Promise<void>;
  write(text: string): void;
  /** Ends it as this sample says. */
  end(sample: SampleRun): Promise<void>;
}

/** A browser of the tests does more in a second than a person. */
const CLIENTS_PER_ADDRESS = 1_000;
const SAMPLE_BYTES = 1_300_000;
const SAMPLE_REPORT = '<!doctype html><title>Coverage report</title><p>The report of the coverage tool.';
const REPOSITORIES = ['myapp', 'weather'];
const BRANCHES = ['feature/round-half-even', 'main', 'new-readme', 'try-new-plot'];

const SERVICES = [
  { name: 'database', title: 'Database', status: 'ok' as const, text: 'Answers queries.' },
  { name: 'kafka', title: 'Kafka', status: 'ok' as const, text: 'One broker answers.' },
];

const git: GitServer = {
  branches: async (repository) =>
    BRANCHES.filter((name) => repository === 'myapp' || name === 'main').map((name) => ({
      name,
      commit: sampleCommit(`${repository}/${name}`),
    })),
};

/** What runs leave in the storage. */
class Storage implements ReportStore {
  readonly logs = new Map<string, Buffer>();
  readonly documents = new Map<string, unknown>();
  /** `<run>/<path>` -> text of a file of its report. */
  readonly files = new Map<string, string>();

  async file(runId: string, path: string): ReturnType<ReportStore['file']> {
    const body = Buffer.from(this.files.get(`${runId}/${path}`) ?? SAMPLE_REPORT);
    return this.logs.has(runId) ? { body: Readable.from([body]), etag: '"1"', size: body.length } : undefined;
  }

  async log(runId: string, offset: number): ReturnType<ReportStore['log']> {
    const log = this.logs.get(runId) ?? Buffer.alloc(0);
    return { bytes: log.subarray(offset, offset + 1024 * 1024), size: log.length, begunAt: undefined };
  }

  async document(name: string): Promise<Buffer | undefined> {
    const found = this.documents.get(name);
    return found === undefined ? undefined : Buffer.from(JSON.stringify(found));
  }

  async markCancelled(runId: string): Promise<void> {
    throw new Error(`nobody asked to cancel the run ${runId}`);
  }

  async measure(runId: string): Promise<number> {
    throw new Error(`nobody asked to measure the run ${runId}`);
  }

  async remove(runId: string): Promise<void> {
    throw new Error(`nobody asked to remove the run ${runId}`);
  }

  write(runId: string, text: string): void {
    this.logs.set(runId, Buffer.concat([this.logs.get(runId) ?? Buffer.alloc(0), Buffer.from(text)]));
  }

  keep(sample: SampleRun, id: string): void {
    for (const [name, document] of Object.entries(sample.documents)) {
      this.documents.set(name.replace(sample.run.id, id), document);
    }
  }
}

/** Starts it; with `runnerIsThere` a run that is asked for on a page goes through all steps and passes. */
export async function startWebFixture({ port = 0, runnerIsThere = true } = {}): Promise<WebFixture> {
  const scratch = await mkdtemp(join(tmpdir(), 'cloud-lab-pages-'));
  const log = pino({ level: 'warn' });
  const runs = createMemoryRunStore();
  const storage = new Storage();
  const lives = new LiveRuns({ runs, reports: storage, logPollMs: 100 });
  const ci = new CiService({
    runs,
    git,
    reports: storage,
    queue: { send: async (job) => void (runnerIsThere && run(job)) },
    repositories: REPOSITORIES,
    storageLimitBytes: 1024 ** 3,
    unfinished: unfinishedRuns(CLIENTS_PER_ADDRESS),
    log,
    waiters: new RunWaiters(runs, 50),
    onChanged: (run) => lives.tell(run),
  });

  const run = async (job: CiJob): Promise<void> => {
    const live = driveRun(job, ci, storage, 'Try this');
    for (const name of CI_STEPS.slice(1)) {
      await pause(250);
      await live.step(name);
      live.write(`${name} …\n`);
    }
    await pause(250);
    await live.end(sampleRun({ branch: job.branch, subject: 'Try this', requestedAt: new Date(job.requestedAt) }));
  };

  const chatTopics = new MemoryTopics();
  const chat = createMemoryChat(chatTopics);
  const kafka = new MemoryKafka();
  const app = await buildApp({
    lab: { name: 'sample', version: '0.1.0', endpoints: {} },
    ci,
    runs,
    acceptedWebhooks: createMemoryAcceptedWebhooks(),
    reports: storage,
    lives,
    chat,
    stream: createMemoryStream(kafka),
    health: { check: async () => ({ status: 'ok', checkedAt: new Date().toISOString(), services: SERVICES }) },
    metrics: createMetrics(),
    limits: { clientsPerAddress: CLIENTS_PER_ADDRESS, labNetworks: [] },
    assets: { publicDir: await unpackPublic(scratch), swaggerDir: undefined },
    webhook: { secret: undefined, gitUrl: 'http://git.example/git' },
    log,
  });

  const add = async (sample: SampleRun): Promise<void> => {
    await runs.insert(sample.run);
    await runs.apply(sample.result);
    await runs.setStoredBytes(sample.run.id, SAMPLE_BYTES);
    storage.write(sample.run.id, sample.log);
    storage.keep(sample, sample.run.id);
  };
  const history = sampleHistory(new Date());
  for (const sample of history) await add(sample);
  await app.listen({ host: '127.0.0.1', port });

  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    app,
    kafka,
    chatTopics,
    history,
    pathOf(branch, state) {
      const found = history.findLast(({ run, result }) => run.branch === branch && result.state === state);
      if (found === undefined) throw new Error(`no sample run of ${branch} has ended as ${state}`);
      return `/ci/${found.run.id}`;
    },
    add,
    putReportFile: (runId, path, text) => void storage.files.set(`${runId}/${path}`, text),
    async begin(branch, subject) {
      const job = {
        id: randomUUID(),
        repository: 'myapp',
        branch,
        commit: sampleCommit(subject),
        requestedAt: new Date(),
      };
      await runs.insert(job);
      return driveRun({ ...job, requestedAt: job.requestedAt.toISOString() }, ci, storage, subject);
    },
    async close() {
      await app.close();
      await chat.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function driveRun(job: CiJob, ci: CiService, storage: Storage, subject: string): LiveRun {
  const startedAt = new Date().toISOString();
  let steps: CiStep[] = [{ name: 'queued', state: 'running', startedAt: job.requestedAt, finishedAt: null }];
  const endSteps = (at: string): CiStep[] =>
    steps.map((step) => (step.finishedAt === null ? { ...step, state: 'done', finishedAt: at } : step));
  return {
    id: job.id,
    async step(name) {
      const now = new Date().toISOString();
      steps = [...endSteps(now), { name, state: 'running', startedAt: now, finishedAt: null }];
      await ci.record({ state: 'running', id: job.id, runner: 'ci-1', startedAt, steps, author: 'Ann Berg', subject });
    },
    write: (text) => storage.write(job.id, text),
    async end(sample) {
      const now = new Date();
      const { id: _, ...rest } = sample.result;
      const result: CiResult = { ...rest, id: job.id, startedAt, steps: endSteps(now.toISOString()), subject };
      storage.keep(sample, job.id);
      const durationMs = now.getTime() - Date.parse(startedAt);
      await ci.record({ ...result, finishedAt: now.toISOString(), durationMs });
    },
  };
}

/** The pages' files as the lab itself gets them. */
async function unpackPublic(folder: string): Promise<string> {
  const artifact = (await packArtifacts(['web'], PROJECT_DIR, join(folder, 'cache'))).get('web');
  if (artifact === undefined) throw new Error('the artifact of the web app was not packed');
  const content = join(folder, 'content');
  await mkdir(content);
  await extract({ file: artifact.path, cwd: content });
  return join(content, 'public');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) {
  const fixture = await startWebFixture({ port: Number(process.argv[2] ?? 0) });
  sampleTalk(fixture.chatTopics);
  process.stdout.write(`${fixture.url}/ci\n`);
  const live = await fixture.begin('main', 'Show the median beside the mean');
  for (const name of CI_STEPS.slice(1, 5)) await live.step(name);
  setInterval(() => live.write(`tests/test_numbers.py::test_${Date.now()} \u001b[32mPASSED\u001b[0m\n`), 700);
}
