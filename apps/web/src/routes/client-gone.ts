/** Knows when the client of a long answer has left. */
import type { FastifyReply } from 'fastify';

/** Aborts once the connection ends before the answer did. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('The client has left'));
  });
  return controller.signal;
}
