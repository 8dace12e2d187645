/** Routes of the pages of the CI: the list of runs, one run, one file of its coverage. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseBranchName } from '../ci/branch-name.ts';
import type { CiDocuments, Unparsed } from '../ci/documents.ts';
import { findRepository } from '../ci/repositories.ts';
import { type CiRun, isRunId } from '../ci/run.ts';
import type { RunStore } from '../ci/run-store.ts';
import type { CiService } from '../ci/service.ts';
import { HttpError } from '../errors.ts';
import type { ListFilter } from '../pages/ci/addresses.ts';
import { CHART_SOURCE_RUNS } from '../pages/ci/coverage-chart.ts';
import { missingOf } from '../pages/ci/missing.ts';
import { RUNS_SHOWN } from '../pages/ci/run-table.ts';
import { ciCoveragePage } from '../pages/ci-coverage.ts';
import { ciListPage } from '../pages/ci-list.ts';
import { ciRunPage, type Left } from '../pages/ci-run.ts';
import { showRun } from '../schemas/ci.ts';
import { originOf } from './origin.ts';
import type { LabInfo } from './status.ts';

export interface CiPagesOptions {
  lab: LabInfo;
  ci: Pick<CiService, 'repositories' | 'defaultRepository' | 'usage'>;
  runs: Pick<RunStore, 'get' | 'list'>;
  documents: CiDocuments;
}

type Query = Record<string, unknown>;

const CHART_BRANCH = 'main';

/** Registers /ci, /ci/:id and /ci/:id/coverage/*. */
export function registerCiPages(app: FastifyInstance, { lab, ci, runs, documents }: CiPagesOptions): void {
  app.get<{ Querystring: Query }>('/ci', {
    config: { limit: 'read' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const filter = readFilter(request.query, ci);
      const chart = { repository: filter.repository ?? ci.defaultRepository, branch: filter.branch ?? CHART_BRANCH };
      const [found, measured, usage] = await Promise.all([
        // One more than are shown tells whether there are older ones.
        runs.list({ ...filter, limit: RUNS_SHOWN + 1 }),
        runs.list({ ...chart, limit: CHART_SOURCE_RUNS }),
        ci.usage(),
      ]);
      const origin = originOf(request);
      return asPage(reply).send(
        ciListPage({
          lab,
          filter,
          repositories: ci.repositories,
          runs: found.slice(0, RUNS_SHOWN).map((run) => showRun(run, origin)),
          hasOlder: found.length > RUNS_SHOWN,
          chart: { ...chart, runs: measured.map((run) => showRun(run, origin)) },
          usage,
          now: new Date(),
        }),
      );
    },
  });

  app.get<{ Params: { id: string } }>('/ci/:id', {
    config: { limit: 'read' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      const origin = originOf(request);
      const shown = showRun(run, origin);
      const isDefaultRepository = run.repository === ci.defaultRepository;
      return documents.send(request, asPage(reply), async (read) => {
        const [tests, coverage] = await Promise.all([
          look(request, run.hasTests, () => read.tests(run.id), missingOf(shown, 'tests')),
          look(request, run.hasCoverage, () => read.coverage(run.id), missingOf(shown, 'coverage')),
        ]);
        const facts = { lab, run: shown, origin, isDefaultRepository, now: new Date() };
        return () => ciRunPage({ ...facts, tests: tests(), coverage: coverage() });
      });
    },
  });

  app.get<{ Params: { id: string; '*': string }; Querystring: Query }>('/ci/:id/coverage/*', {
    config: { limit: 'read' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      const shown = showRun(run, originOf(request));
      const onlyChanged = request.query.only === 'changed';
      return documents.send(request, asPage(reply), async (read) => {
        const file = run.hasCoverage ? await read.coverageFile(run.id, request.params['*']) : undefined;
        if (file === undefined) throw new HttpError(404, 'The coverage of this run has no such file.');
        return () => ciCoveragePage({ lab, run: shown, file: file(), onlyChanged });
      });
    },
  });
}

const asPage = (reply: FastifyReply): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');

async function findRun(runs: Pick<RunStore, 'get'>, id: string): Promise<CiRun> {
  const run = isRunId(id) ? await runs.get(id) : undefined;
  if (run === undefined) throw new HttpError(404, 'There is no run at this address. The page /ci lists the runs.');
  return run;
}

/** A page without one of its parts is better than none: what cannot be read is told in its place. */
async function look<T>(
  request: FastifyRequest,
  isThere: boolean,
  read: () => Promise<Unparsed<T> | undefined>,
  missing: string,
): Promise<() => Left<T>> {
  if (!isThere) return () => ({ missing });
  const found = await read().catch((error: unknown) => (): never => {
    throw error;
  });
  return () => {
    try {
      return found === undefined ? { missing } : { found: found() };
    } catch (error) {
      request.log.warn({ err: error }, 'cannot read what a run left');
      return { missing: error instanceof HttpError ? error.message : 'This cannot be read right now. Try again soon.' };
    }
  };
}

function readFilter(query: Query, ci: Pick<CiService, 'repositories'>): ListFilter {
  const { repository, branch, before } = {
    repository: given('repository', query.repository),
    branch: given('branch', query.branch),
    before: given('before', query.before),
  };
  const refusal = branch === undefined ? undefined : refuseBranchName(branch);
  if (refusal !== undefined) throw new HttpError(400, `\`branch\` cannot be the name of a branch: ${refusal}.`);
  if (before !== undefined && !isRunId(before)) throw new HttpError(400, '`before` must be the id of a run.');
  // An address of a repository may be written in several ways; runs of one that is tested no longer are shown all the same.
  const meant = repository === undefined ? undefined : (findRepository(ci.repositories, repository) ?? repository);
  return { repository: meant, branch, before };
}

/** A form sends what was left empty as an empty text. */
function given(name: string, value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  throw new HttpError(400, `\`${name}\` was given more than once.`);
}
