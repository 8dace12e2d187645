/** Routes of the stream: its page under /stream, its part of the API under /api/v1/stream. */
import type { FastifyInstance } from 'fastify';
import type { ClientLimits } from '../limits/client-limits.ts';
import type { StreamView } from '../stream/stream-view.ts';
import type { LabInfo } from './status.ts';
import { registerStreamApi } from './stream-api.ts';
import { registerStreamEvents } from './stream-events.ts';
import { registerStreamPages } from './stream-pages.ts';
import { registerStreamPlay } from './stream-play.ts';

export interface StreamRouteOptions {
  lab: LabInfo;
  stream: StreamView;
  clients: ClientLimits;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

/** Registers them. */
export async function registerStream(
  app: FastifyInstance,
  { lab, stream, clients, closing }: StreamRouteOptions,
): Promise<void> {
  registerStreamPages(app, lab, stream);
  registerStreamApi(app, stream);
  registerStreamPlay(app, stream);
  await registerStreamEvents(app, { stream, clients, closing });
}
