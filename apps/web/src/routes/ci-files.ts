/** Routes to what a run leaves behind: its log, its coverage report, and the newest report of a branch. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { refuseBranchName } from '../ci/branch-name.ts';
import { followLog } from '../ci/follow-log.ts';
import { contentTypeOf, safePath } from '../ci/report-path.ts';
import type { ReportStore } from '../ci/report-store.ts';
import type { RunStore } from '../ci/run-store.ts';
import { HttpError } from '../errors.ts';
import { REPORT_POLICY } from '../plugins/security.ts';
import { findRun } from './ci.ts';
import { clientGone } from './client-gone.ts';

export interface CiFilesOptions {
  runs: RunStore;
  reports: ReportStore;
  /** Repository whose reports /static serves. */
  repository: string;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

// HEAD by name: the one that Fastify derives from GET would read the whole file and call it empty.
const READ: HTTPMethods[] = ['GET', 'HEAD'];

/** Registers /api/v1/ci/:id/log, /api/v1/ci/:id/report/* and /static/<branch>/*. */
export function registerCiFiles(app: FastifyInstance, { runs, reports, repository, closing }: CiFilesOptions): void {
  app.route<{ Params: { id: string } }>({
    method: READ,
    url: '/api/v1/ci/:id/log',
    schema: { tags: ['ci'], summary: 'The log of a run, as text; follows it while the run goes on' },
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
      if (request.method === 'HEAD') return reply.send();
      const signal = AbortSignal.any([clientGone(reply), closing]);
      const pieces = followLog(run.id, { runs, reports, signal });
      // The first piece is waited for here: a storage that is away is still told in words.
      const first = await pieces.next();
      return reply.send(Readable.from(first.done ? [] : join(first.value, pieces), { objectMode: false }));
    },
  });

  app.route<{ Params: { id: string; '*': string } }>({
    method: READ,
    url: '/api/v1/ci/:id/report/*',
    schema: { tags: ['ci'], summary: 'A file of the coverage report of a run' },
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      const path = safePath(request.params['*'] === '' ? 'index.html' : request.params['*']);
      if (path === undefined || !run.hasReport) throw noReport('this run');
      return sendFile(request, reply, reports, run.id, path.join('/'));
    },
  });

  app.route<{ Params: { '*': string } }>({
    method: READ,
    url: '/static/*',
    schema: { hide: true },
    handler: async (request, reply) => {
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
      return sendFile(request, reply, reports, run.id, file);
    },
  });
}

async function* join(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  reports: ReportStore,
  runId: string,
  path: string,
): Promise<FastifyReply> {
  const file = await reports.file(runId, path);
  if (file === undefined) throw new HttpError(404, 'There is no such file in this coverage report.');
  reply
    .header('content-security-policy', REPORT_POLICY)
    // The report lives in an origin of its own, which has to load its styles and scripts from here.
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('cache-control', 'no-cache')
    .type(contentTypeOf(path));
  if (file.etag !== undefined) reply.header('etag', file.etag);
  const unchanged = file.etag !== undefined && matches(request.headers['if-none-match'], file.etag);
  if (unchanged || request.method === 'HEAD') {
    file.body.destroy();
    if (unchanged) return reply.code(304).send();
    if (file.size !== undefined) reply.header('content-length', file.size);
    return reply.send();
  }
  if (file.size !== undefined) reply.header('content-length', file.size);
  return reply.send(file.body);
}

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag) ?? false;

const noReport = (whose: string): HttpError =>
  new HttpError(
    404,
    `There is no coverage report of ${whose} yet. Run the CI on it first; its log tells why if it leaves none.`,
  );

const guessBranch = (parts: readonly string[]): string =>
  (parts.length > 1 && parts.at(-1)?.includes('.') ? parts.slice(0, -1) : parts).join('/');
