/** Route to the events of a run: its states and its log while they happen, as Server-Sent Events. */
import { fastifySSE, type SSEMessage } from '@fastify/sse';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { followRun, type RunEvent } from '../ci/live/follow-run.ts';
import type { LiveRuns } from '../ci/live/live-runs.ts';
import { type LogText, LogTexts } from '../ci/live/log-text.ts';
import type { RunStore } from '../ci/run-store.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import { RunParams, showRun } from '../schemas/ci.ts';
import { contentOf } from '../schemas/content.ts';
import { errorsOf } from '../schemas/error.ts';
import { findRun } from './ci.ts';
import { clientGone } from './client-gone.ts';
import { originOf } from './origin.ts';
import { HEARTBEAT_MS, SLOW_MS, sendEvent } from './send-event.ts';

export interface CiEventsOptions {
  runs: Pick<RunStore, 'get'>;
  lives: LiveRuns;
  clients: Pick<ClientLimits, 'open'>;
  /** Aborts as the process ends. */
  closing: AbortSignal;
  /** Between two signs of life, in milliseconds (15 000). */
  heartbeatMs?: number;
  /** How long a client may leave what it was sent unread, in milliseconds (30 000). */
  slowMs?: number;
}

const DESCRIPTION = [
  '`run`: the run as `GET /api/v1/ci/{id}` shows it, at once and at every change.',
  '`log`: the next piece of the log, a JSON text; its `id` is where it ends in the log, in bytes, and `Last-Event-ID` goes on there.',
  '`restart`: another runner took the job and its log begins anew.',
  '`end`: the run is finished and its log complete; the stream closes.',
].join('\n\n');

/** Registers /api/v1/ci/:id/events. */
export async function registerCiEvents(app: FastifyInstance, options: CiEventsOptions): Promise<void> {
  const { runs, lives, clients, closing, slowMs = SLOW_MS } = options;

  await app.register(async (scope) => {
    // Called, not registered: this name of it would keep its hook to itself, and the other one has no types.
    await fastifySSE(scope, { heartbeatInterval: options.heartbeatMs ?? HEARTBEAT_MS });
    scope.get<{ Params: { id: string } }>('/api/v1/ci/:id/events', {
      // Manual: a client that names no type of answer gets events as well, and a refusal has the shape of all others.
      sse: { kind: 'manual' },
      exposeHeadRoute: false,
      config: { limit: 'open' },
      schema: {
        tags: ['ci'],
        summary: 'A run while it goes on, as Server-Sent Events',
        description: DESCRIPTION,
        params: RunParams,
        response: {
          200: contentOf('text/event-stream', Type.String(), 'Events `run`, `log`, `restart` and `end`'),
          ...errorsOf(404, 503),
        },
      },
      handler: async (request, reply) => {
        const run = await findRun(runs, request.params.id);
        const leave = clients.open('runStreams', request);
        const signal = AbortSignal.any([clientGone(reply), closing]);
        const offset = readOffset(request.headers['last-event-id']);
        try {
          const events = toMessages(followRun(lives, run, { offset, signal }), originOf(request));
          for await (const message of events) await sendEvent(reply, message, signal, slowMs);
        } finally {
          leave();
        }
      },
    });
  });
}

/** Where the client's log ends; from the beginning for whatever is no place in a log. */
const readOffset = (id: unknown): number => (typeof id === 'string' && /^\d{1,12}$/.test(id) ? Number(id) : 0);

async function* toMessages(events: AsyncIterable<RunEvent>, origin: string): AsyncGenerator<SSEMessage> {
  const texts = new LogTexts();
  for await (const event of events) {
    if (event.kind === 'run') yield { event: 'run', data: showRun(event.run, origin) };
    if (event.kind === 'log') yield* toLog(texts.add(event.bytes, event.offset));
    if (event.kind === 'restart') {
      texts.clear();
      yield { event: 'restart', id: '0', data: null };
    }
    if (event.kind === 'end') {
      yield* toLog(texts.end());
      yield { event: 'end', data: { state: event.run.state } };
    }
  }
}

function* toLog(piece: LogText | undefined): Generator<SSEMessage> {
  if (piece !== undefined) yield { event: 'log', id: String(piece.offset), data: piece.text };
}
