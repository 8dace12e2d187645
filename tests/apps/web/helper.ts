/** Builds the web app for a test on fakes that refuse every call that the test did not expect. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { CiJob } from '@cloud-lab/common/ci-messages';
import { pathOf } from '@cloud-lab/common/http-error';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { afterAll, onTestFinished } from 'vitest';
import { buildApp } from '../../../apps/web/src/app.ts';
import { findAssets } from '../../../apps/web/src/assets.ts';
import type { Chat } from '../../../apps/web/src/chat/chat.ts';
import type { GitServer } from '../../../apps/web/src/ci/git-server.ts';
import type { JobQueue } from '../../../apps/web/src/ci/job-queue.ts';
import { LiveRuns } from '../../../apps/web/src/ci/live/live-runs.ts';
import type { LogPiece, ReportStore } from '../../../apps/web/src/ci/report-store.ts';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { RunWaiters } from '../../../apps/web/src/ci/run-waiters.ts';
import { CiService } from '../../../apps/web/src/ci/service.ts';
import type { HealthChecks } from '../../../apps/web/src/health/health.ts';
import type { ClientLimits, ClientLimitsOptions } from '../../../apps/web/src/limits/client-limits.ts';
import { OpenSlots } from '../../../apps/web/src/limits/open-slots.ts';
import { unfinishedRuns } from '../../../apps/web/src/limits/table.ts';
import { createMetrics } from '../../../apps/web/src/plugins/metrics.ts';
import type { StreamView } from '../../../apps/web/src/stream/stream-view.ts';
import { createMemoryAcceptedWebhooks } from './memory-accepted-webhooks.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

export const silent = pino({ level: 'silent' });

/** A fake that has only what is given: any other use throws. */
export function strict<T extends object>(name: string, parts: Partial<T> = {}): T {
  return new Proxy(parts as T, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      // Whatever is awaited is asked whether it is a promise.
      if (value !== undefined || key === 'then') return value;
      throw new Error(`unexpected use of ${name}.${String(key)}`);
    },
  });
}

/** Limits for a route alone: so many streams may be open, of all and of one address. */
export function openUpTo(inAll: number, ofAddress = Number.POSITIVE_INFINITY): Pick<ClientLimits, 'open'> {
  const slots = new OpenSlots({ inAll, ofAddress, what: 'streams' });
  return { open: (_limit, request) => slots.take(request.ip) };
}

/** A Git server with these branches in myapp. */
export const gitWith = (...names: string[]): GitServer =>
  strict<GitServer>('git', {
    async branches(repository) {
      if (repository !== 'myapp') throw new Error(`unexpected repository ${repository}`);
      return names.map((name, index) => ({ name, commit: String(index).padStart(40, 'c') }));
    },
  });

/** A queue that keeps what it is sent. */
export function recordingQueue(onSend: (job: CiJob) => void = () => undefined): JobQueue & { jobs: CiJob[] } {
  const jobs: CiJob[] = [];
  return {
    jobs,
    async send(job) {
      jobs.push(job);
      onSend(job);
    },
  };
}

/** A report store with these files (`<run>/<path>`), logs (`<run>`) and documents (blob name -> JSON). */
export const reportsWith = (
  files: Record<string, string>,
  logs: Record<string, string> = {},
  documents: Record<string, unknown> = {},
): ReportStore => ({
  async file(runId, path) {
    const text = files[`${runId}/${path}`];
    return text === undefined
      ? undefined
      : { body: Readable.from([Buffer.from(text)]), etag: `"${path}-1"`, size: Buffer.byteLength(text) };
  },
  log: async (runId, offset) => logPiece(logs[runId] ?? '', offset),
  async document(name) {
    return name in documents ? Buffer.from(JSON.stringify(documents[name])) : undefined;
  },
  async markCancelled() {
    throw new Error('unexpected use of reports.markCancelled');
  },
  async measure() {
    throw new Error('unexpected use of reports.measure');
  },
  async remove() {
    throw new Error('unexpected use of reports.remove');
  },
});

/** What a log of this text is from `offset` on. */
export function logPiece(text: string, offset: number): LogPiece {
  const log = Buffer.from(text);
  return { bytes: log.subarray(offset), size: log.length, begunAt: undefined };
}

export interface TestParts {
  runs?: RunStore;
  queue?: JobQueue;
  git?: GitServer;
  reports?: ReportStore;
  chat?: Chat;
  stream?: StreamView;
  health?: HealthChecks;
  repositories?: string[];
  endpoints?: Record<string, string>;
  webhookSecret?: string;
  /** 50 people at one address, and no host of the lab. */
  limits?: Partial<ClientLimitsOptions>;
}

export interface TestApp {
  lives: LiveRuns;
  app: FastifyInstance;
  ci: CiService;
  runs: RunStore;
  waiters: RunWaiters;
}

/** The app, closed when the test is over. */
export async function buildTestApp(parts: TestParts = {}): Promise<TestApp> {
  const runs = parts.runs ?? createMemoryRunStore();
  const limits = { clientsPerAddress: 50, labNetworks: [], ...parts.limits };
  const reports = parts.reports ?? strict<ReportStore>('reports');
  const lives = new LiveRuns({ runs, reports, logPollMs: 20, statePollMs: 50, awayMs: 20 });
  const waiters = new RunWaiters(runs, 20);
  const ci = new CiService({
    runs,
    queue: parts.queue ?? strict<JobQueue>('queue'),
    git: parts.git ?? strict<GitServer>('git'),
    reports,
    repositories: parts.repositories ?? ['myapp'],
    log: silent,
    storageLimitBytes: 1024 ** 3,
    unfinished: unfinishedRuns(limits.clientsPerAddress),
    waiters,
    onChanged: (run) => lives.tell(run),
  });
  const app = await buildApp({
    lab: { name: 'test', version: '1.2.3', endpoints: parts.endpoints ?? {} },
    ci,
    runs,
    acceptedWebhooks: createMemoryAcceptedWebhooks(),
    reports,
    lives,
    chat: parts.chat ?? strict<Chat>('chat'),
    stream: parts.stream ?? strict<StreamView>('stream'),
    health: parts.health ?? strict<HealthChecks>('health'),
    metrics: createMetrics(),
    limits,
    webhook: { secret: parts.webhookSecret, gitUrl: 'http://ci-1:8080/git' },
    assets: findAssets(join(import.meta.dirname, '../../../apps/web/src')),
    log: silent,
  });
  checkAnswers(app);
  onTestFinished(() => app.close());
  return { app, ci, runs, lives, waiters };
}

/** Has every answer of a described route fail its test where the description does not name its status. */
function checkAnswers(app: FastifyInstance): void {
  const inject = app.inject.bind(app) as (options: InjectOptions | string) => Promise<LightMyRequestResponse>;
  const checked = async (options: InjectOptions | string): Promise<LightMyRequestResponse> => {
    const answer = await inject(options);
    const { method = 'GET', url } = typeof options === 'string' ? { url: options } : options;
    const found = app.routeTable.findUrl(pathOf(String(url)));
    const route = app.routeTable.routes.find((each) => each.url === found && each.methods.includes(method));
    const { schema } = route?.options ?? {};
    if (schema === undefined || schema.hide === true || method === 'HEAD') return answer;
    const described = Object.keys(schema.response ?? {});
    if (!described.includes(String(answer.statusCode))) {
      throw new Error(`${method} ${found} has answered ${answer.statusCode}, and describes ${described.join(', ')}`);
    }
    return answer;
  };
  app.inject = checked as typeof app.inject;
}

const scratch: string[] = [];
afterAll(() => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder for the tests of a file, which goes with them. */
export function scratchFolder(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-lab-web-'));
  scratch.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
