/** Routes of the CI: ask for a run, list runs, look at one. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import Type from 'typebox';
import type { Requester } from '../ci/admission.ts';
import type { CiRun } from '../ci/run.ts';
import { isRunId } from '../ci/run.ts';
import type { RunPage, RunStore } from '../ci/run-store.ts';
import type { CiService } from '../ci/service.ts';
import { HttpError } from '../errors.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import {
  BranchesSchema,
  CiListSchema,
  CiRequestSchema,
  CiResultSchema,
  CiRunSchema,
  CiUsageSchema,
  RunParams,
  showResult,
  showRun,
} from '../schemas/ci.ts';
import { ErrorSchema, errorsOf } from '../schemas/error.ts';
import { clientGone } from './client-gone.ts';
import { originOf } from './origin.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const ARGS = [
  { name: 'branch', required: true, description: 'Branch to test (text)' },
  { name: 'repository', required: false, description: 'Repository that holds the branch (text)' },
];

type Query = Record<string, unknown>;

/** The run that an address names, or a 404 in words. */
export async function findRun(runs: Pick<RunStore, 'get'>, id: string): Promise<CiRun> {
  const run = isRunId(id) ? await runs.get(id) : undefined;
  if (run === undefined) throw new HttpError(404, 'There is no run with this id. GET /api/v1/ci lists the runs.');
  return run;
}

export interface CiRoutesOptions {
  ci: CiService;
  runs: RunStore;
  clients: ClientLimits;
}

/** Registers them under /api/v1/ci. */
export function registerCi(app: FastifyInstance, { ci, runs, clients }: CiRoutesOptions): void {
  app.post<{ Body: Static<typeof CiRequestSchema> }>('/api/v1/ci', {
    config: { limit: 'git' },
    schema: {
      tags: ['ci'],
      summary: 'Tests a branch and waits for the result; with `Prefer: respond-async` answers at once',
      body: CiRequestSchema,
      response: {
        200: CiResultSchema,
        202: CiResultSchema,
        400: Type.Union([CiResultSchema, ErrorSchema], {
          description: 'The tests have failed or could not run; or the request is not valid',
        }),
        ...errorsOf(403, 404, 503),
      },
    },
    handler: async (request, reply) => {
      const { branch, repository } = request.body;
      const requester = requesterOf(request, clients);
      if (prefersAsync(request)) {
        const run = await ci.request(branch, repository, requester);
        return accept(request, reply.header('preference-applied', 'respond-async'), run);
      }
      const leave = clients.open('waitingRequests', request);
      try {
        const signal = clientGone(reply);
        const { id } = await ci.request(branch, repository, requester);
        const finished = await ci.finished(id, signal);
        return reply.code(finished.state === 'passed' ? 200 : 400).send(showResult(finished, originOf(request)));
      } finally {
        leave();
      }
    },
  });

  app.get<{ Querystring: Query }>('/api/v1/ci', {
    config: { limit: 'read' },
    schema: {
      tags: ['ci'],
      summary: 'Lists runs, newest first, and the arguments that POST takes',
      querystring: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
        before: Type.Optional(Type.String({ description: 'Id of a run: only older ones' })),
        repository: Type.Optional(Type.String({ description: 'Only runs of this repository' })),
        branch: Type.Optional(Type.String({ description: 'Only runs of this branch' })),
      }),
      response: { 200: CiListSchema, ...errorsOf(503) },
    },
    // A query holds texts: readPage reads them.
    validatorCompiler: () => () => true,
    handler: async (request) => {
      const page = readPage(request.query);
      // One more than asked for tells whether there is a next page.
      const found = await runs.list({ ...page, limit: page.limit + 1 });
      const shown = found.slice(0, page.limit);
      const more = found.length > page.limit;
      const origin = originOf(request);
      return {
        args: ARGS,
        runs: shown.map((run) => showRun(run, origin)),
        next: more ? `${origin}/api/v1/ci?${writePage({ ...page, before: shown.at(-1)?.id })}` : null,
      };
    },
  });

  app.get<{ Querystring: Query }>('/api/v1/ci/branches', {
    config: { limit: 'git' },
    schema: {
      tags: ['ci'],
      summary: 'Lists the branches that can be tested',
      querystring: Type.Object({
        repository: Type.Optional(Type.String({ description: 'Repository that holds them; the first without it' })),
      }),
      response: { 200: BranchesSchema, ...errorsOf(403, 404, 503) },
    },
    handler: async ({ query }) => {
      const repository = ci.allowed(single('repository', query.repository));
      return { repository, repositories: [...ci.repositories], branches: await ci.branches(repository) };
    },
  });

  app.get('/api/v1/ci/usage', {
    config: { limit: 'read' },
    schema: {
      tags: ['ci'],
      summary: 'Shows what the runs of each repository take in the storage, and may take',
      response: { 200: CiUsageSchema, ...errorsOf(503) },
    },
    handler: async () => ({ repositories: await ci.usage() }),
  });

  app.get<{ Params: { id: string } }>('/api/v1/ci/:id', {
    config: { limit: 'read' },
    schema: {
      tags: ['ci'],
      summary: 'Shows one run',
      params: RunParams,
      // 405: an address with a name of its own, such as that of the webhook, is no run's.
      response: { 200: CiRunSchema, ...errorsOf(404, 405, 503) },
    },
    handler: async (request) => showRun(await findRun(runs, request.params.id), originOf(request)),
  });
}

/** Answers 202 with the run and where to ask for its result. */
export function accept(request: FastifyRequest, reply: FastifyReply, run: CiRun): FastifyReply {
  reply.code(202).header('location', `/api/v1/ci/${run.id}`);
  return reply.send(showResult(run, originOf(request)));
}

/** Who asks for a run, as the limits of runs see it; hosts of the lab are not limited. */
function requesterOf(request: FastifyRequest, clients: ClientLimits): Requester | undefined {
  const address = clients.addressOf(request);
  return address === undefined ? undefined : { address, countStart: () => clients.count('start', request) };
}

/** Whether the header Prefer (RFC 7240) asks for an answer at once. */
function prefersAsync({ headers }: FastifyRequest): boolean {
  const preferences = [headers.prefer ?? []].flat().join(',').split(',');
  return preferences.some((preference) => preference.split(';', 1)[0]?.trim().toLowerCase() === 'respond-async');
}

function readPage(query: Query): RunPage {
  const limit = single('limit', query.limit);
  if (limit !== undefined && !/^([1-9]\d?|100)$/.test(limit)) {
    throw new HttpError(400, `\`limit\` must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const before = single('before', query.before);
  if (before !== undefined && !isRunId(before)) throw new HttpError(400, '`before` must be the id of a run.');
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    before,
    repository: single('repository', query.repository),
    branch: single('branch', query.branch),
  };
}

function writePage(page: RunPage): string {
  const given = Object.entries(page).filter(([, value]) => value !== undefined);
  return String(new URLSearchParams(given.map(([name, value]) => [name, String(value)])));
}

function single(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new HttpError(400, `\`${name}\` was given more than once.`);
}
