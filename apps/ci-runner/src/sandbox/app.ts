/** What a sandbox does for its runner, over HTTP on one connection: run a step, read and write files of the job. */
import { once } from 'node:events';
import fastify, { type FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { SandboxPaths } from './bubblewrap.ts';
import { listJobFiles, RefusedFile, readJobFile, writeJobFile } from './job-files.ts';
import { clearPackages, measurePackages, PACKAGE_FOLDER, PACKAGE_KEY, storePackages } from './package-store.ts';
import { runStep } from './run-step.ts';
import { StepRequest } from './step.ts';

/** Trailer of the answer to POST /steps: a StepEnding, JSON. */
export const ENDING_TRAILER = 'x-ending';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_PATH_LENGTH = 8_192;

export interface SandboxAppOptions {
  paths: SandboxPaths;
  proxyDir: string;
  /** Whether this sandbox is there to fetch packages, so that its keeper may store what it has made. */
  mayStore: boolean;
}

const StoreRequest = Type.Object({
  folders: Type.Array(Type.String({ pattern: PACKAGE_FOLDER }), { minItems: 1, maxItems: 10 }),
});
const StoreParams = Type.Object({ key: Type.String({ pattern: PACKAGE_KEY }) });

/** Makes the server; the process that listens ends with its first connection. */
export function createSandboxApp({ paths, proxyDir, mayStore }: SandboxAppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PATH_LENGTH },
  });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.code(error instanceof RefusedFile ? 422 : (error.statusCode ?? 500)).send({ text: error.message }),
  );

  app.post('/steps', async (request, reply) => {
    if (!Value.Check(StepRequest, request.body)) return reply.code(400).send({ text: 'This is no step.' });
    reply.hijack();
    const { raw } = reply;
    const gone = new AbortController();
    raw.once('close', () => gone.abort(new Error('The runner has hung up.')));
    raw.writeHead(200, { 'content-type': 'application/octet-stream', trailer: ENDING_TRAILER });
    raw.flushHeaders();
    try {
      const ending = await runStep({
        request: request.body,
        paths,
        proxyDir,
        signal: gone.signal,
        write: async (chunk) => {
          if (!raw.write(chunk)) await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
        },
      });
      raw.addTrailers({ [ENDING_TRAILER]: JSON.stringify(ending) });
      raw.end();
    } catch (error) {
      // Without the trailer, the runner knows that this is not the job's fault.
      raw.destroy(error as Error);
    }
  });

  app.get<{ Params: { '*': string }; Querystring: { max: string } }>('/files/*', async (request, reply) => {
    const content = await readJobFile(paths.workspace, request.params['*'], Number(request.query.max));
    if (content === undefined) return reply.code(404).send({ text: `There is no file ${request.params['*']}.` });
    return reply.type('application/octet-stream').send(content);
  });

  app.put<{ Params: { '*': string }; Body: Buffer }>('/files/*', async (request, reply) => {
    await writeJobFile(paths.workspace, request.params['*'], request.body);
    return reply.code(204).send();
  });

  app.get<{ Params: { '*': string }; Querystring: { max: string; deep: string } }>(
    '/folders/*',
    async ({ params, query }) => ({
      files: await listJobFiles(paths.workspace, params['*'], { max: Number(query.max), deep: query.deep === 'true' }),
    }),
  );

  if (mayStore) registerPackageStore(app, paths);
  return app;
}

/** Registers the routes of the store of packages, for the one sandbox that fetches them. */
function registerPackageStore(app: FastifyInstance, paths: SandboxPaths): void {
  app.get('/packages', async () => ({ bytes: await measurePackages(paths) }));

  app.delete('/packages', async (_request, reply) => {
    await clearPackages(paths);
    return reply.code(204).send();
  });

  app.put<{ Params: { key: string } }>('/packages/:key', async ({ params, body }, reply) => {
    if (!Value.Check(StoreParams, params) || !Value.Check(StoreRequest, body)) {
      return reply.code(400).send({ text: 'These are no packages.' });
    }
    await storePackages(paths, params.key, body.folders);
    return reply.code(204).send();
  });
}
