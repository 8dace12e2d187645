/** Builds the web app from its parts; listening is the process's affair (server.ts). */
import type { LabFunction } from '@cloud-lab/common/functions/function';
import { labFunctions } from '@cloud-lab/common/functions/lab-functions';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Assets } from './assets.ts';
import type { Chat } from './chat/chat.ts';
import { createCiDocuments } from './ci/documents.ts';
import type { LiveRuns } from './ci/live/live-runs.ts';
import type { ReportStore } from './ci/report-store.ts';
import type { RunStore } from './ci/run-store.ts';
import type { CiService } from './ci/service.ts';
import type { AcceptedWebhooks } from './ci/webhook/accepted-webhooks.ts';
import type { HealthChecks } from './health/health.ts';
import { type ClientLimitsOptions, declareUnlimited, limitClients } from './limits/client-limits.ts';
import { describeApi } from './plugins/docs.ts';
import { documentErrors } from './plugins/document-errors.ts';
import { handleErrors, refuse } from './plugins/errors.ts';
import { type Metrics, measureRequests } from './plugins/metrics.ts';
import { logRequests } from './plugins/request-log.ts';
import { collectRoutes } from './plugins/route-table.ts';
import { refuseForeignOrigins } from './plugins/same-origin.ts';
import { secureHeaders } from './plugins/security.ts';
import { registerBadge } from './routes/badge.ts';
import { registerChat } from './routes/chat.ts';
import { registerCi } from './routes/ci.ts';
import { registerCiDocuments } from './routes/ci-documents.ts';
import { registerCiEvents } from './routes/ci-events.ts';
import { registerCiFiles } from './routes/ci-files.ts';
import { registerCiPages } from './routes/ci-pages.ts';
import { type CiWebhookOptions, registerCiWebhook } from './routes/ci-webhook.ts';
import { registerFunctions } from './routes/functions.ts';
import { registerHome } from './routes/home.ts';
import { type LabInfo, registerHealth, registerStatus } from './routes/status.ts';
import { registerStream } from './routes/stream.ts';
import { describeFinding } from './schemas/validation-error.ts';
import type { StreamView } from './stream/stream-view.ts';

export interface AppOptions {
  lab: LabInfo;
  ci: CiService;
  runs: RunStore;
  acceptedWebhooks: AcceptedWebhooks;
  reports: ReportStore;
  lives: LiveRuns;
  chat: Chat;
  stream: StreamView;
  health: HealthChecks;
  metrics: Metrics;
  limits: ClientLimitsOptions;
  assets: Assets;
  webhook: Pick<CiWebhookOptions, 'secret' | 'gitUrl'>;
  log: FastifyBaseLogger;
  functions?: readonly LabFunction[];
}

const BODY_LIMIT = 1024 * 1024;
const RECEIVE_LIMIT_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;

/** Builds the app, ready to listen or to be tried with `inject`. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { lab, ci, runs, reports, lives, chat, stream, health, metrics, limits, assets, webhook, log } = options;
  const { functions = labFunctions, acceptedWebhooks } = options;
  const documents = createCiDocuments(reports);
  const closing = new AbortController();
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Caddy stands in front, on the same host.
    trustProxy: 'loopback',
    bodyLimit: BODY_LIMIT,
    // For a request to arrive; an answer may take as long as a run of the CI does.
    requestTimeout: RECEIVE_LIMIT_MS,
    // Keeps a waiting client's connection alive through routers that forget quiet ones.
    http: { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
    routerOptions: { maxParamLength: 1024 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, verbose: true } },
    schemaErrorFormatter: (findings, dataVar) => describeFinding(findings, dataVar),
    frameworkErrors: (error, request, reply) => void refuse(request, reply, error),
  });
  // Only JSON is read.
  app.removeContentTypeParser('text/plain');

  const routes = collectRoutes(app);
  measureRequests(app, metrics);
  logRequests(app);
  await secureHeaders(app);
  handleErrors(app, routes);
  refuseForeignOrigins(app);
  const clients = await limitClients(app, limits);
  documentErrors(app);
  await describeApi(app, lab.version, assets);

  registerHealth(app, health);
  registerStatus(app, health, lab);
  registerFunctions(app, functions);
  registerCi(app, { ci, runs, clients });
  registerCiFiles(app, {
    lab,
    runs,
    reports,
    lives,
    clients,
    repository: ci.defaultRepository,
    closing: closing.signal,
  });
  registerCiDocuments(app, runs, documents);
  await registerCiWebhook(app, { ci, runs, accepted: acceptedWebhooks, ...webhook });
  await registerCiEvents(app, { runs, lives, clients, closing: closing.signal });
  registerHome(app, lab, ci.defaultRepository);
  registerCiPages(app, { lab, ci, runs, documents });
  registerBadge(app, runs, ci.defaultRepository);
  await registerChat(app, { lab, chat, clients, closing: closing.signal });
  await registerStream(app, { lab, stream, clients, closing: closing.signal });
  await app.register(async (scope) => {
    declareUnlimited(scope);
    await scope.register(fastifyStatic, {
      root: assets.publicDir,
      wildcard: false,
      index: false,
      schemaHide: true,
      // All files of an artifact have one date: by date and size a browser could not tell a changed file from its old one.
      etag: false,
      lastModified: false,
      cacheControl: false,
      setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    });
  });

  app.addHook('preClose', async () => {
    closing.abort();
    ci.stop();
  });
  return app;
}
