/** Knows when the client of a long answer has left. */
import { HttpError } from '@cloud-lab/common/http-error';
import type { FastifyReply } from 'fastify';

/** nginx's status for it. Nobody reads it but the log, where it is no fault of the server's. */
const CLIENT_CLOSED_REQUEST = 499;

/** Aborts once the connection ends before the answer did. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new HttpError(CLIENT_CLOSED_REQUEST, 'The client has left.'));
  });
  return controller.signal;
}
