/** The real parts behind the web app, made from its configuration; none of them has to be there yet. */
import { createBlobService } from '@cloud-lab/common/blob';
import { createKafka } from '@cloud-lab/common/kafka';
import type { ISocketFactory, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { type Chat, createChat } from './chat/chat.ts';
import { createGitServer } from './ci/git-server.ts';
import { createKafkaJobQueue } from './ci/job-queue.ts';
import { LiveRuns } from './ci/live/live-runs.ts';
import { createBlobReportStore, type ReportStore } from './ci/report-store.ts';
import { createResultListener } from './ci/result-listener.ts';
import { removeExpired } from './ci/retention.ts';
import { isFinished } from './ci/run.ts';
import type { RunStore } from './ci/run-store.ts';
import { CiService } from './ci/service.ts';
import { shareLookups } from './ci/shared-lookups.ts';
import { boundStorage } from './ci/storage-use.ts';
import type { AcceptedWebhooks } from './ci/webhook/accepted-webhooks.ts';
import type { WebConfig } from './config.ts';
import { openDatabase, prepareDatabase } from './database/connect.ts';
import { createSqlAcceptedWebhooks } from './database/sql-accepted-webhooks.ts';
import { createSqlRunStore } from './database/sql-run-store.ts';
import { createHealthChecks, type HealthChecks } from './health/health.ts';
import { kafkaProbes } from './health/kafka-probes.ts';
import { databaseProbe, gitProbe, storageProbe } from './health/probes.ts';
import { unfinishedRuns } from './limits/table.ts';
import { createMetrics, type Metrics } from './plugins/metrics.ts';
import { createKafkaParts } from './stream/kafka-parts.ts';
import { createStreamView, type StreamView } from './stream/stream-view.ts';

export interface Services {
  ci: CiService;
  runs: RunStore;
  acceptedWebhooks: AcceptedWebhooks;
  reports: ReportStore;
  lives: LiveRuns;
  chat: Chat;
  stream: StreamView;
  health: HealthChecks;
  metrics: Metrics;
  /** Prepares the database and begins to listen; rejects when the database never comes or refuses its tables. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

// Short: a client waits for the answer, the listener tries again by itself, and a health check has two seconds.
const KAFKA_RETRY = { initialRetryTime: 300, maxRetryTime: 2_000, retries: 4 };
const LOOK_EVERY_MS = 60_000;
const DELETE_EVERY_MS = 60 * 60_000;

/** Makes all parts; nothing connects before `start` or a request. */
export function createServices(config: WebConfig, log: Logger): Services {
  const connectKafka = (clientId: string, socketFactory?: ISocketFactory): Kafka =>
    createKafka({
      brokers: config.kafkaBrokers,
      clientId,
      // What becomes of a consumer that is killed is no error; its page tells.
      logger: socketFactory === undefined ? log : log.child({}, { level: 'silent' }),
      retry: KAFKA_RETRY,
      ...(config.kafkaLogin === undefined ? {} : { sasl: config.kafkaLogin }),
      ...(socketFactory === undefined ? {} : { socketFactory }),
    });
  const kafka = connectKafka('web');
  const blob = createBlobService(config.blob);
  const db = openDatabase(config.databaseUrl);
  const runs = createSqlRunStore(db);
  const reports = createBlobReportStore(blob);
  const lives = new LiveRuns({ runs, reports });
  const queue = createKafkaJobQueue(kafka);
  const metrics = createMetrics();
  const git = shareLookups(createGitServer(config.gitUrl));
  const ci = new CiService({
    runs,
    queue,
    git,
    reports,
    repositories: config.repositories,
    storageLimitBytes: config.storageLimitBytes,
    unfinished: unfinishedRuns(config.clientsPerAddress),
    lostAfterMs: config.lostAfterSeconds * 1_000,
    log,
    onChanged: (run) => {
      lives.tell(run);
      if (isFinished(run)) metrics.runs.inc({ state: run.state });
    },
  });
  const listener = createResultListener(kafka, (update) => ci.record(update), log);
  const chat = createChat(kafka, log);
  const stream = createStreamView(createKafkaParts(connectKafka, log), log);
  const messaging = kafkaProbes(kafka);
  const probes = [
    databaseProbe(db),
    ...messaging.probes,
    storageProbe(blob),
    gitProbe(config.gitUrl, config.repositories),
  ];
  const health = createHealthChecks(probes, {
    onDown: (service, err) => log.debug({ service, err }, 'a part of the lab is not well'),
  });
  const stopping = new AbortController();
  const retention = { runs, reports, log, days: config.retentionDays, signal: stopping.signal };
  const storage = { runs, reports, log, limitBytes: config.storageLimitBytes, signal: stopping.signal };
  const timers: NodeJS.Timeout[] = [];

  const repeat = (everyMs: number, work: () => Promise<unknown>, problem: string): void => {
    const attempt = (): void => void work().catch((err: unknown) => log.warn({ err }, problem));
    attempt();
    timers.push(setInterval(attempt, everyMs).unref());
  };

  return {
    ci,
    runs,
    acceptedWebhooks: createSqlAcceptedWebhooks(db),
    reports,
    lives,
    chat,
    stream,
    health,
    metrics,
    async start() {
      chat.start();
      await prepareDatabase(db, log, stopping.signal);
      if (stopping.signal.aborted) return;
      listener.start();
      repeat(LOOK_EVERY_MS, () => ci.resendLost(), 'cannot queue lost jobs again yet');
      repeat(LOOK_EVERY_MS, () => ci.endLost(), 'cannot look for lost runs yet');
      repeat(LOOK_EVERY_MS, () => boundStorage(storage), 'cannot keep the storage of the runs within its limits yet');
      repeat(DELETE_EVERY_MS, () => removeExpired(retention), 'cannot delete old runs yet');
    },
    async stop() {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled([listener.stop(), queue.stop(), chat.stop(), stream.stop(), messaging.stop()]);
      await db.destroy();
    },
  };
}
