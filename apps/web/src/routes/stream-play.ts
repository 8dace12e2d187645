/** Routes to play with: consumers of the playground that one starts, slows down, stops and kills; messages to send. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { HttpError } from '../errors.ts';
import { ErrorSchema } from '../schemas/error.ts';
import {
  ConsumerParams,
  ConsumerRequest,
  PaceRequest,
  SendAnswer,
  SendRequest,
  StreamConsumer,
} from '../schemas/stream.ts';
import { PLAY_LIMITS } from '../stream/play-limits.ts';
import type { StreamView } from '../stream/stream-view.ts';

const CONSUMERS = '/api/v1/stream/consumers';
const MESSAGES = '/api/v1/stream/messages';
/** Requests of one address, behind which a whole class may sit, in so many milliseconds. */
const RATE = { max: 120, timeWindow: 10_000 };
const refusals = { '4xx': ErrorSchema, '5xx': ErrorSchema };
const nothing = Type.Null({ description: 'Done' });

/** Registers /api/v1/stream/consumers and /api/v1/stream/messages. */
export async function registerStreamPlay(app: FastifyInstance, stream: StreamView): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(rateLimit, { global: false });
    const limiter = scope.createRateLimit(RATE);
    scope.addHook('onRequest', async (request: FastifyRequest) => {
      const found = await limiter(request);
      if (found.isAllowed || !found.isExceeded) return;
      throw new HttpError(429, `That was much at once. Try again in ${found.ttlInSeconds} s.`, {
        headers: { 'retry-after': String(found.ttlInSeconds) },
      });
    });
    registerConsumers(scope, stream);
    registerMessages(scope, stream);
  });
}

function registerConsumers(app: FastifyInstance, stream: StreamView): void {
  app.post<{ Body: ConsumerRequest }>(CONSUMERS, {
    schema: {
      tags: ['stream'],
      summary: `Starts a consumer of the topic playground, and waits until it is in its group; at most ${PLAY_LIMITS.consumers} at once`,
      body: ConsumerRequest,
      response: { 201: StreamConsumer, ...refusals },
    },
    handler: async (request, reply) => {
      const started = await stream.startConsumer(request.body);
      return reply.code(201).header('location', `${CONSUMERS}/${started.id}`).send(started);
    },
  });

  app.patch<{ Params: { id: string }; Body: PaceRequest }>(`${CONSUMERS}/:id`, {
    schema: {
      tags: ['stream'],
      summary: 'Changes the pace of a demo consumer while it runs',
      params: ConsumerParams,
      body: PaceRequest,
      response: { 200: StreamConsumer, ...refusals },
    },
    handler: async (request) => stream.setPace(request.params.id, request.body.perSecond),
  });

  app.delete<{ Params: { id: string }; Querystring: { how?: unknown } }>(`${CONSUMERS}/:id`, {
    schema: {
      tags: ['stream'],
      summary: 'Ends a demo consumer',
      params: ConsumerParams,
      querystring: Type.Object({
        how: Type.Optional(
          Type.Enum(['stop', 'kill'], {
            default: 'stop',
            description:
              'stop: it leaves its group; kill: its connection is cut, and the group notices by its session timeout',
          }),
        ),
      }),
      response: { 204: nothing, ...refusals },
    },
    // A query holds texts, and may hold one of them twice.
    validatorCompiler: () => () => true,
    handler: async ({ params, query: { how = 'stop' } }, reply) => {
      if (how === 'stop') await stream.stopConsumer(params.id);
      else if (how === 'kill') stream.killConsumer(params.id);
      else throw new HttpError(400, '`how` must be stop or kill.');
      return reply.code(204).send(null);
    },
  });
}

function registerMessages(app: FastifyInstance, stream: StreamView): void {
  app.post<{ Body: SendRequest }>(MESSAGES, {
    schema: {
      tags: ['stream'],
      summary: 'Sends messages to the topic playground; answers when the first are there, and goes on with the others',
      body: SendRequest,
      response: { 202: SendAnswer, ...refusals },
    },
    handler: async (request, reply) => {
      const text = await stream.send(request.body);
      return reply.code(202).send({ status: 'success', text });
    },
  });

  app.delete(MESSAGES, {
    schema: {
      tags: ['stream'],
      summary: 'Ends the sending that goes on, if there is one',
      response: { 204: nothing, ...refusals },
    },
    handler: async (_request, reply) => {
      stream.stopSending();
      return reply.code(204).send(null);
    },
  });
}
