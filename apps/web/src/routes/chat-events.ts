/** Route to the events of a room: what is said and who is there, as it happens, as Server-Sent Events. */
import { once } from 'node:events';
import { fastifySSE } from '@fastify/sse';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Chat, RoomPlace } from '../chat/chat.ts';
import type { ChatEvent } from '../chat/listeners.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import { RoomParams } from '../schemas/chat.ts';
import { contentOf } from '../schemas/content.ts';
import { errorsOf } from '../schemas/error.ts';
import { type Query, readPlace, readRoom, readUser, single } from './chat-request.ts';
import { clientGone } from './client-gone.ts';
import { EventPusher, frameEvent, HEARTBEAT_MS, SLOW_MS } from './send-event.ts';

export interface ChatEventsOptions {
  chat: Pick<Chat, 'listen'>;
  clients: Pick<ClientLimits, 'open'>;
  /** Aborts as the process ends. */
  closing: AbortSignal;
  /** Between two signs of life, in milliseconds (15 000). */
  heartbeatMs?: number;
  /** How long a client may leave what it was sent unread, in milliseconds (30 000). */
  slowMs?: number;
}

/** Goes before the first event: in so many milliseconds a browser takes a lost connection up again. */
const RETRY = Buffer.from('retry: 1000\n');

const DESCRIPTION = [
  'Whoever has this open with `?user=` is in the room. It goes on after `Last-Event-ID`, or else after `?after=`; without either, only what comes from now on is told.',
  '`message`: the next message, as `GET /api/v1/chat/rooms/{room}` shows it; its `id` is that of the event.',
  '`people`: who is there, `{"people":[…]}`, once at the start and at each change; the first one has an `id` as well: where the stream begins.',
  '`gap`: what came after the given id is no longer all remembered; load the room again, and go on after its `at`.',
].join('\n\n');

/** Registers /api/v1/chat/rooms/:room/events. */
export async function registerChatEvents(app: FastifyInstance, options: ChatEventsOptions): Promise<void> {
  const { chat, clients, closing, slowMs = SLOW_MS } = options;
  const frameOf = rememberFrames();

  await app.register(async (scope) => {
    // Called, not registered: this name of it would keep its hook to itself, and the other one has no types.
    await fastifySSE(scope, { heartbeatInterval: options.heartbeatMs ?? HEARTBEAT_MS });
    scope.get<{ Params: { room: string }; Querystring: Query }>('/api/v1/chat/rooms/:room/events', {
      // Manual: a client that names no type of answer gets events as well, and a refusal has the shape of all others.
      sse: { kind: 'manual' },
      exposeHeadRoute: false,
      config: { limit: 'open' },
      schema: {
        tags: ['chat'],
        summary: 'A room of the chat while people talk there, as Server-Sent Events',
        description: DESCRIPTION,
        params: RoomParams,
        querystring: Type.Object({
          user: Type.Optional(Type.String({ description: 'Who listens; without it one only watches' })),
          after: Type.Optional(
            Type.String({ description: 'Id of a message, `at` of a room, or `start` for all that is remembered' }),
          ),
        }),
        response: {
          200: contentOf('text/event-stream', Type.String(), 'Events `message`, `people` and `gap`'),
          ...errorsOf(503),
        },
      },
      // A query holds texts: they are read below.
      validatorCompiler: () => () => true,
      handler: async (request, reply) => {
        const room = readRoom(request.params.room);
        const user = readUser(request.query);
        const after = readAfter(request);
        const release = clients.open('chatStreams', request);
        const signal = AbortSignal.any([clientGone(reply), closing]);
        const pusher = new EventPusher(reply, signal, slowMs);
        let leave = (): void => undefined;
        let isFirst = true;
        try {
          leave = await chat.listen(room, {
            user,
            after,
            onEvent(event) {
              const frame = frameOf(event);
              pusher.push(isFirst ? Buffer.concat([RETRY, frame]) : frame);
              isFirst = false;
            },
          });
          if (!signal.aborted) await once(signal, 'abort');
        } finally {
          leave();
          release();
        }
      },
    });
  });
}

/** What a browser read last is newer than what the page asked for at first. */
function readAfter({ headers, query }: FastifyRequest<{ Querystring: Query }>): RoomPlace | undefined {
  const last = headers['last-event-id'];
  if (typeof last === 'string' && last !== '') return readPlace('Last-Event-ID', last);
  const after = single(query, 'after');
  return after === undefined ? undefined : readPlace('after', after);
}

/** Frames each event once, however many it goes to. */
function rememberFrames(): (event: ChatEvent) => Buffer {
  const frames = new WeakMap<ChatEvent, Buffer>();
  return (event) => {
    const frame = frames.get(event) ?? frameEvent(event);
    frames.set(event, frame);
    return frame;
  };
}
