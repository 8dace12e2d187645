/** add_numbers as a service of its own, by the same contract as in the REST API of the web app. */
import { addNumbers } from '@cloud-lab/common/functions/add-numbers';
import { answerBody, answerQuery } from '@cloud-lab/common/functions/answer';
import { createHttpService } from '@cloud-lab/common/http-service';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

/** Where it is called; the second is its path in the REST API, so that the same command lines work. */
const PATHS = [`/${addNumbers.name}`, `/api/v1/${addNumbers.name}`];

/** Builds the service, ready to listen or to be tried with `inject`. */
export function buildApp(log: FastifyBaseLogger): FastifyInstance {
  const app = createHttpService({
    log,
    describeMissing: (path) => `There is nothing at ${path}. Try /${addNumbers.name}.`,
  });
  for (const path of PATHS) {
    app.get<{ Querystring: Record<string, unknown> }>(path, async ({ query }) => answerQuery(addNumbers, query));
    app.post(path, async ({ body }) => answerBody(addNumbers, body));
  }
  return app;
}
