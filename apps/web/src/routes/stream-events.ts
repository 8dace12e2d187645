/** Route to what happens in Kafka with one topic in view, as Server-Sent Events. */
import { fastifySSE, type SSEMessage } from '@fastify/sse';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { UnavailableError } from '../errors.ts';
import { ErrorSchema } from '../schemas/error.ts';
import { TopicParams } from '../schemas/stream.ts';
import type { StreamEvent } from '../stream/follow-stream.ts';
import type { StreamView } from '../stream/stream-view.ts';
import { clientGone } from './client-gone.ts';
import { HEARTBEAT_MS, SLOW_MS, sendEvent } from './send-event.ts';

export interface StreamEventsOptions {
  stream: Pick<StreamView, 'follow'>;
  /** Aborts as the process ends. */
  closing: AbortSignal;
  /** Streams that may be open at once in this process (200). */
  maxStreams?: number;
}

const MAX_STREAMS = 200;

const DESCRIPTION = [
  '`snapshot`: all that `GET /api/v1/stream` shows; after the first one only what has changed: topics and groups that are in it take the place of those of the same name, `gone` names groups that are no more, and what is not in it is as before. At most about once a second.',
  '`messages`: what came to the topic, `{"partitions":[{"partition","count","messages"}]}`; `count` is exact, `messages` are the newest of them. The first one holds the newest messages from before. At most ten a second.',
  '`activity`: what happened, in words, `[{"id","time","kind","text"}]`.',
].join('\n\n');

/** Registers /api/v1/stream/topics/:topic/events. */
export async function registerStreamEvents(app: FastifyInstance, options: StreamEventsOptions): Promise<void> {
  const { stream, closing, maxStreams = MAX_STREAMS } = options;
  let open = 0;

  await app.register(async (scope) => {
    // Called, not registered: this name of it would keep its hook to itself, and the other one has no types.
    await fastifySSE(scope, { heartbeatInterval: HEARTBEAT_MS });
    scope.get<{ Params: { topic: string } }>('/api/v1/stream/topics/:topic/events', {
      // Manual: a client that names no type of answer gets events as well, and a refusal has the shape of all others.
      sse: { kind: 'manual' },
      exposeHeadRoute: false,
      schema: {
        tags: ['stream'],
        summary: 'Kafka as it goes on, with the messages of one topic, as Server-Sent Events',
        description: DESCRIPTION,
        params: TopicParams,
        produces: ['text/event-stream'],
        response: {
          200: Type.String({ description: 'Events `snapshot`, `messages` and `activity`' }),
          '4xx': ErrorSchema,
          '5xx': ErrorSchema,
        },
      },
      handler: async (request, reply) => {
        if (open >= maxStreams) {
          throw new UnavailableError(`${maxStreams} pages look at the stream already. Try again when some are closed.`);
        }
        open += 1;
        const signal = AbortSignal.any([clientGone(reply), closing]);
        try {
          const events = await stream.follow(request.params.topic, signal);
          for await (const event of events) await sendEvent(reply, toMessage(event), signal, SLOW_MS);
        } finally {
          open -= 1;
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
