/** The small app on OPERATOR_SOCKET: what only whoever operates the lab may do, by a program on the host itself. */
import { createHttpService } from '@cloud-lab/common/http-service';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { CiService } from './ci/service.ts';

/** Builds it, apart from the public app: nothing of it can be reached over the network. */
export function buildOperatorApp(ci: Pick<CiService, 'cancel'>, log: FastifyBaseLogger): FastifyInstance {
  const app = createHttpService({ log });
  app.post<{ Params: { id: string } }>('/ci/:id/cancel', async ({ params }) => {
    const { id, state, repository, branch } = await ci.cancel(params.id);
    return { status: 'ok', text: `The run ${id} of branch ${branch} in ${repository} is cancelled.`, state };
  });
  return app;
}
