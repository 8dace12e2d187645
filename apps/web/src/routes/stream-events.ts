/** Route to what happens in Kafka with one topic in view, as Server-Sent Events. */
import { fastifySSE, type SSEMessage } from '@fastify/sse';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { ClientLimits } from '../limits/client-limits.ts';
import { contentOf } from '../schemas/content.ts';
import { errorsOf } from '../schemas/error.ts';
import { TopicParams } from '../schemas/stream.ts';
import type { StreamEvent } from '../stream/follow-stream.ts';
import type { StreamView } from '../stream/stream-view.ts';
import { clientGone } from './client-gone.ts';
import { HEARTBEAT_MS, SLOW_MS, sendEvent } from './send-event.ts';

export interface StreamEventsOptions {
  stream: Pick<StreamView, 'follow'>;
  clients: Pick<ClientLimits, 'open'>;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

const DESCRIPTION = [
  '`snapshot`: all that `GET /api/v1/stream` shows; after the first one only what has changed: topics and groups that are in it take the place of those of the same name, `gone` names groups that are no more, and what is not in it is as before. At most about once a second.',
  '`messages`: what came to the topic, `{"partitions":[{"partition","count","messages"}]}`; `count` is exact, `messages` are the newest of them. The first one holds the newest messages from before. At most ten a second.',
  '`activity`: what happened, in words, `[{"id","time","kind","text"}]`.',
].join('\n\n');

/** Registers /api/v1/stream/topics/:topic/events. */
export async function registerStreamEvents(app: FastifyInstance, options: StreamEventsOptions): Promise<void> {
  const { stream, clients, closing } = options;

  await app.register(async (scope) => {
    // Called, not registered: this name of it would keep its hook to itself, and the other one has no types.
    await fastifySSE(scope, { heartbeatInterval: HEARTBEAT_MS });
    scope.get<{ Params: { topic: string } }>('/api/v1/stream/topics/:topic/events', {
      // Manual: a client that names no type of answer gets events as well, and a refusal has the shape of all others.
      sse: { kind: 'manual' },
      exposeHeadRoute: false,
      config: { limit: 'open' },
      schema: {
        tags: ['stream'],
        summary: 'Kafka as it goes on, with the messages of one topic, as Server-Sent Events',
        description: DESCRIPTION,
        params: TopicParams,
        response: {
          200: contentOf('text/event-stream', Type.String(), 'Events `snapshot`, `messages` and `activity`'),
          ...errorsOf(404, 503),
        },
      },
      handler: async (request, reply) => {
        const leave = clients.open('streamPages', request);
        const signal = AbortSignal.any([clientGone(reply), closing]);
        try {
          const events = await stream.follow(request.params.topic, signal);
          for await (const event of events) await sendEvent(reply, toMessage(event), signal, SLOW_MS);
        } finally {
          leave();
        }
      },
    });
  });
}

function toMessage(event: StreamEvent): SSEMessage {
  if (event.kind === 'snapshot') return { event: event.kind, data: event.change };
  if (event.kind === 'messages') return { event: event.kind, data: event.news };
  return { event: event.kind, data: event.items };
}
