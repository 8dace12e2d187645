/** Routes of the stream: its page under /stream, its part of the API under /api/v1/stream. */
import type { FastifyInstance } from 'fastify';
import type { StreamView } from '../stream/stream-view.ts';
import type { LabInfo } from './status.ts';

export interface StreamRouteOptions {
  lab: LabInfo;
  stream: StreamView;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

/** Registers them. */
export async function registerStream(_app: FastifyInstance, _options: StreamRouteOptions): Promise<void> {}
