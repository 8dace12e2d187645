/** Routes to the documents of a run: its tests, its coverage, one file of its coverage. */
import { CiCoverage, CiCoverageFile, CiTestList } from '@cloud-lab/common/ci-messages';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { CiDocuments, DocumentReader, Unparsed } from '../ci/documents.ts';
import { type CiRun, isFinished } from '../ci/run.ts';
import type { RunStore } from '../ci/run-store.ts';
import { HttpError } from '../errors.ts';
import { RunParams } from '../schemas/ci.ts';
import { errorsOf } from '../schemas/error.ts';
import { findRun } from './ci.ts';

const FileParams = Type.Object({
  ...RunParams.properties,
  '*': Type.String({ description: 'Path of the file, as the coverage of the run names it' }),
});

const describe = (summary: string, schema: TSchema, params: TSchema = RunParams) => ({
  tags: ['ci'],
  summary,
  params,
  response: { 200: schema, ...errorsOf(404, 503) },
});

/** Registers /api/v1/ci/:id/tests, /api/v1/ci/:id/coverage and /api/v1/ci/:id/coverage/*. */
export function registerCiDocuments(app: FastifyInstance, runs: Pick<RunStore, 'get'>, documents: CiDocuments): void {
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    read: (reader: DocumentReader) => Promise<Unparsed<object>>,
  ): Promise<FastifyReply> => {
    // A document never changes; its shape was checked when it was read, so it needs no second look on its way out.
    reply.header('cache-control', 'private, max-age=3600, immutable').type('application/json; charset=utf-8');
    return documents.send(request, reply, async (reader) => {
      const document = await read(reader);
      return () => JSON.stringify(document());
    });
  };

  app.get<{ Params: { id: string } }>('/api/v1/ci/:id/tests', {
    config: { limit: 'read' },
    schema: describe('The tests of a run one by one, failed ones first', CiTestList),
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      if (!run.hasTests) refuse(run, 'list of tests');
      return send(request, reply, async ({ tests }) => (await tests(run.id)) ?? refuse(run, 'list of tests'));
    },
  });

  app.get<{ Params: { id: string } }>('/api/v1/ci/:id/coverage', {
    config: { limit: 'read' },
    schema: describe('The coverage of a run, as a whole and file by file', CiCoverage),
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      if (!run.hasCoverage) refuse(run, 'coverage');
      return send(request, reply, async ({ coverage }) => (await coverage(run.id)) ?? refuse(run, 'coverage'));
    },
  });

  app.get<{ Params: { id: string; '*': string } }>('/api/v1/ci/:id/coverage/*', {
    config: { limit: 'read' },
    schema: describe('One file of the coverage of a run, line by line', CiCoverageFile, FileParams),
    handler: async (request, reply) => {
      const run = await findRun(runs, request.params.id);
      if (!run.hasCoverage) refuse(run, 'coverage');
      return send(request, reply, async ({ coverageFile }) => {
        const file = await coverageFile(run.id, request.params['*']);
        if (file !== undefined) return file;
        throw new HttpError(
          404,
          `The coverage of this run has no such file. GET /api/v1/ci/${run.id}/coverage lists them.`,
        );
      });
    },
  });
}

function refuse(run: CiRun, what: string): never {
  const text = isFinished(run)
    ? `This run has left no ${what}. Its log tells why.`
    : `This run has left no ${what} yet: it goes on.`;
  throw new HttpError(404, text);
}
