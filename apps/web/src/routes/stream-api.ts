/** Routes that show the stream: all of it, the last messages of a topic, one message. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { HttpError } from '../errors.ts';
import { errorsOf } from '../schemas/error.ts';
import {
  MESSAGES_KEPT,
  MessageParams,
  StreamMessages,
  StreamSnapshot,
  StreamWholeMessage,
  TopicParams,
} from '../schemas/stream.ts';
import type { StreamView } from '../stream/stream-view.ts';

const DEFAULT_LIMIT = 20;

/** Registers GET /api/v1/stream and what is below it. */
export function registerStreamApi(app: FastifyInstance, stream: StreamView): void {
  app.get('/api/v1/stream', {
    config: { limit: 'streamRead' },
    schema: {
      tags: ['stream'],
      summary: 'The topics of the lab, the consumer groups with their members and lag, the brokers',
      response: { 200: StreamSnapshot },
    },
    handler: async (_request, reply) => reply.header('cache-control', 'no-store').send(await stream.snapshot()),
  });

  app.get<{ Params: { topic: string }; Querystring: { limit?: unknown } }>('/api/v1/stream/topics/:topic/messages', {
    config: { limit: 'streamRead' },
    schema: {
      tags: ['stream'],
      summary: 'The last messages of a topic, newest first',
      params: TopicParams,
      querystring: Type.Object({
        limit: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: MESSAGES_KEPT,
            default: DEFAULT_LIMIT,
            description: 'Messages of each partition at most',
          }),
        ),
      }),
      response: { 200: StreamMessages, ...errorsOf(404, 503) },
    },
    // A query holds texts: readLimit reads them.
    validatorCompiler: () => () => true,
    handler: async ({ params, query }, reply) => {
      const messages = await stream.messages(params.topic, readLimit(query.limit));
      return reply.header('cache-control', 'no-store').send({ messages });
    },
  });

  app.get<{ Params: { topic: string; partition: string; offset: string } }>(
    '/api/v1/stream/topics/:topic/messages/:partition/:offset',
    {
      config: { limit: 'streamRead' },
      schema: {
        tags: ['stream'],
        summary: `One message with more of its value, if it is among the newest ${MESSAGES_KEPT} of its partition`,
        params: MessageParams,
        response: { 200: StreamWholeMessage, ...errorsOf(404, 503) },
      },
      handler: async ({ params: { topic, partition, offset } }, reply) => {
        const found = await stream.message(topic, readNumber('partition', partition), readNumber('offset', offset));
        const { whole, ...message } = found;
        return reply.header('cache-control', 'no-store').send({ ...message, value: whole });
      },
    },
  );
}

function readLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= MESSAGES_KEPT) return limit;
  throw new HttpError(400, `\`limit\` must be a whole number from 1 to ${MESSAGES_KEPT}.`);
}

function readNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(400, `\`${name}\` must be a whole number from 0 on.`);
}
