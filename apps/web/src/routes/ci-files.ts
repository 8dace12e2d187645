/** Routes to what a run leaves behind: its log, its coverage report, and the newest report of a branch. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifySchema,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from 'fastify';
import Type from 'typebox';
import { refuseBranchName } from '../ci/branch-name.ts';
import { followRun, type RunEvent } from '../ci/live/follow-run.ts';
import type { LiveRuns } from '../ci/live/live-runs.ts';
import { safePath } from '../ci/report-path.ts';
import type { ReportStore } from '../ci/report-store.ts';
import type { RunStore } from '../ci/run-store.ts';
import { HttpError } from '../errors.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import { RunParams } from '../schemas/ci.ts';
import { contentOf } from '../schemas/content.ts';
import { errorsOf } from '../schemas/error.ts';
import { findRun } from './ci.ts';
import { clientGone } from './client-gone.ts';
import { sendReportFile } from './report-file.ts';
import type { LabInfo } from './status.ts';

export interface CiFilesOptions {
  lab: LabInfo;
  runs: RunStore;
  reports: ReportStore;
  lives: LiveRuns;
  clients: Pick<ClientLimits, 'open'>;
  /** Repository whose reports /static serves. */
  repository: string;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

const ReportParams = Type.Object({
  ...RunParams.properties,
  '*': Type.String({ description: 'Path of the file; index.html without it' }),
});

/** GET, and a HEAD of our own: the one that Fastify derives from GET would read the whole file and call it empty. */
function read<Route extends RouteGenericInterface>(
  app: FastifyInstance,
  url: string,
  schema: FastifySchema,
  handler: RouteHandlerMethod<RawServerDefault, IncomingMessage, ServerResponse, Route>,
  config: FastifyContextConfig = {},
): void {
  const limit = 'read';
  app.route<Route>({ method: 'GET', url, schema, config: { ...config, limit }, exposeHeadRoute: false, handler });
  app.route<Route>({ method: 'HEAD', url, schema: { hide: true }, config: { limit }, handler });
}

/** Registers /api/v1/ci/:id/log, /api/v1/ci/:id/report/* and /static/<branch>/*. */
export function registerCiFiles(app: FastifyInstance, options: CiFilesOptions): void {
  const { lab, runs, reports, lives, clients, repository, closing } = options;
  read<{ Params: { id: string } }>(
    app,
    '/api/v1/ci/:id/log',
    {
      tags: ['ci'],
      summary: 'The log of a run, as text; follows it while the run goes on',
      params: RunParams,
      response: { 200: contentOf('text/plain', Type.String(), 'The log'), ...errorsOf(404, 503) },
    },
    async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
      if (request.method === 'HEAD') return reply.send();
      const leave = clients.open('runStreams', request);
      reply.raw.once('close', leave);
      const signal = AbortSignal.any([clientGone(reply), closing]);
      // The first piece is read here: a storage that is away is still told in words.
      const { bytes } = await reports.log(run.id, 0);
      const events = followRun(lives, run, { offset: bytes.length, signal });
      return reply.send(Readable.from(join(bytes, events), { objectMode: false }));
    },
    { isLive: true, isDocument: true },
  );

  read<{ Params: { id: string; '*': string } }>(
    app,
    '/api/v1/ci/:id/report/*',
    {
      tags: ['ci'],
      summary: 'A file of the coverage report of a run',
      description:
        'A browser that opens a page of it gets a page of the lab with the report in a sandboxed frame; programs get the file.',
      params: ReportParams,
      response: {
        200: contentOf('*/*', Type.Unknown(), 'The file, of the type that its name says'),
        304: Type.Null({ description: 'The client has this file already' }),
        ...errorsOf(404, 503),
      },
    },
    async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      const path = safePath(request.params['*'] === '' ? 'index.html' : request.params['*']);
      if (path === undefined || !run.hasReport) throw noReport('this run');
      return sendReportFile(request, reply, { reports, lab, run, path: path.join('/') });
    },
  );

  read<{ Params: { '*': string } }>(app, '/static/*', { hide: true }, async (request, reply) => {
    const asked = request.params['*'].replace(/\/$/, '');
    const parts = safePath(asked);
    if (parts === undefined) throw new HttpError(404, 'There is no such file in a coverage report.');
    // Where the branch ends and the file begins, only the known branches tell: a branch may hold slashes.
    const candidates = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const names = candidates.filter((name) => refuseBranchName(name) === undefined);
    const run = await runs.newestWithReport(repository, names);
    if (run === undefined) throw noReport(`branch ${guessBranch(parts)}`);
    const file = asked.slice(run.branch.length + 1);
    if (file === '') {
      const branch = run.branch.split('/').map(encodeURIComponent).join('/');
      return reply.header('cache-control', 'no-cache').redirect(`/static/${branch}/index.html`);
    }
    return sendReportFile(request, reply, { reports, lab, run, path: file });
  });
}

async function* join(first: Buffer, events: AsyncIterable<RunEvent>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for await (const event of events) if (event.kind === 'log') yield event.bytes;
}

const noReport = (whose: string): HttpError =>
  new HttpError(
    404,
    `There is no coverage report of ${whose} yet. Run the CI on it first; its log tells why if it leaves none.`,
  );

const guessBranch = (parts: readonly string[]): string =>
  (parts.length > 1 && parts.at(-1)?.includes('.') ? parts.slice(0, -1) : parts).join('/');
