/** Routes to play with: consumers of the playground that one starts, slows down, stops and kills; messages to send. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { HttpError } from '../errors.ts';
import { ownerOf } from '../limits/addresses.ts';
import { errorsOf } from '../schemas/error.ts';
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
const config = { limit: 'streamPlay' } as const;
const nothing = Type.Null({ description: 'Done' });

/** Registers /api/v1/stream/consumers and /api/v1/stream/messages. */
export function registerStreamPlay(app: FastifyInstance, stream: StreamView): void {
  registerConsumers(app, stream);
  registerMessages(app, stream);
}

function registerConsumers(app: FastifyInstance, stream: StreamView): void {
  app.post<{ Body: ConsumerRequest }>(CONSUMERS, {
    config,
    schema: {
      tags: ['stream'],
      summary: `Starts a consumer of the topic playground, and waits until it is in its group; at most ${PLAY_LIMITS.consumers} at once, half of them of one address`,
      body: ConsumerRequest,
      response: { 201: StreamConsumer, ...errorsOf(409, 503) },
    },
    handler: async (request, reply) => {
      const started = await stream.startConsumer(request.body, ownerOf(request));
      return reply.code(201).header('location', `${CONSUMERS}/${started.id}`).send(started);
    },
  });

  app.patch<{ Params: { id: string }; Body: PaceRequest }>(`${CONSUMERS}/:id`, {
    config,
    schema: {
      tags: ['stream'],
      summary: 'Changes the pace of a demo consumer while it runs',
      params: ConsumerParams,
      body: PaceRequest,
      response: { 200: StreamConsumer, ...errorsOf(403, 404, 409) },
    },
    handler: async (request) => stream.setPace(request.params.id, request.body.perSecond, ownerOf(request)),
  });

  app.delete<{ Params: { id: string }; Querystring: { how?: unknown } }>(`${CONSUMERS}/:id`, {
    config,
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
      response: { 204: nothing, ...errorsOf(404, 409) },
    },
    // A query holds texts, and may hold one of them twice.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const { how = 'stop' } = request.query;
      if (how === 'stop') await stream.stopConsumer(request.params.id, ownerOf(request));
      else if (how === 'kill') stream.killConsumer(request.params.id, ownerOf(request));
      else throw new HttpError(400, '`how` must be stop or kill.');
      return reply.code(204).send(null);
    },
  });
}

function registerMessages(app: FastifyInstance, stream: StreamView): void {
  app.post<{ Body: SendRequest }>(MESSAGES, {
    config,
    schema: {
      tags: ['stream'],
      summary: 'Sends messages to the topic playground; answers when the first are there, and goes on with the others',
      body: SendRequest,
      response: { 202: SendAnswer, ...errorsOf(409, 503) },
    },
    handler: async (request, reply) => {
      const text = await stream.send(request.body, ownerOf(request));
      return reply.code(202).send({ status: 'success', text });
    },
  });

  app.delete(MESSAGES, {
    config,
    schema: {
      tags: ['stream'],
      summary: 'Ends the sending that goes on, if there is one',
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      stream.stopSending(ownerOf(request));
      return reply.code(204).send(null);
    },
  });
}
