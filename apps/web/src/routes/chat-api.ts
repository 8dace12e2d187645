/** Routes of the chat: its rooms, what was said in them, and saying something. */
import { ChatMessage } from '@cloud-lab/common/chat';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Chat } from '../chat/chat.ts';
import { sizeOnTopic } from '../chat/record.ts';
import { HttpError } from '../errors.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import {
  describeChatFinding,
  MessagePageSchema,
  RoomListSchema,
  RoomParams,
  RoomSchema,
  SayBody,
  TypingBody,
} from '../schemas/chat.ts';
import { errorsOf } from '../schemas/error.ts';
import { type Query, readPlace, readRoom, readText, single } from './chat-request.ts';

type Params = { room: string };

/** Messages that a room shows at first. */
export const ROOM_SHOWS = 100;
const MAX_PAGE = 200;
const errors = errorsOf(503);
const KIB = 1024;

/** Registers them under /api/v1/chat. */
export function registerChatApi(app: FastifyInstance, chat: Chat, clients: Pick<ClientLimits, 'count'>): void {
  registerReading(app, chat);
  registerSaying(app, chat, clients);
}

function registerReading(app: FastifyInstance, chat: Chat): void {
  app.get('/api/v1/chat/rooms', {
    config: { limit: 'chatRead' },
    schema: {
      tags: ['chat'],
      summary: 'Lists the rooms of the chat, and who is there',
      response: { 200: RoomListSchema, ...errors },
    },
    handler: async () => ({ rooms: await chat.rooms() }),
  });

  app.get<{ Params: Params }>('/api/v1/chat/rooms/:room', {
    config: { limit: 'chatRead' },
    schema: {
      tags: ['chat'],
      summary: `Shows a room of the chat with its newest ${ROOM_SHOWS} messages`,
      params: RoomParams,
      response: { 200: RoomSchema, ...errors },
    },
    schemaErrorFormatter: describeChatFinding,
    handler: ({ params }) => chat.room(params.room, ROOM_SHOWS),
  });

  app.get<{ Params: Params; Querystring: Query }>('/api/v1/chat/rooms/:room/messages', {
    config: { limit: 'chatRead' },
    schema: {
      tags: ['chat'],
      summary: 'Lists messages of a room, oldest first, as far as they are remembered: the newest 500',
      params: RoomParams,
      querystring: Type.Object({
        before: Type.Optional(Type.String({ description: 'Id of a message: only older ones' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: ROOM_SHOWS })),
      }),
      response: { 200: MessagePageSchema, ...errors },
    },
    // A query holds texts: they are read below.
    validatorCompiler: () => () => true,
    handler: async ({ params, query }) => {
      const room = readRoom(params.room);
      const before = single(query, 'before');
      const limit = readLimit(query);
      if (before !== undefined) return chat.before(room, readPlace('before', before), limit);
      const { messages, older } = await chat.room(room, limit);
      return { messages, older };
    },
  });
}

function registerSaying(app: FastifyInstance, chat: Chat, clients: Pick<ClientLimits, 'count'>): void {
  app.post<{ Params: Params; Body: SayBody }>('/api/v1/chat/rooms/:room/messages', {
    config: { limit: 'chatWrite' },
    schema: {
      tags: ['chat'],
      summary: 'Says something in a room; answers 200 instead of 201 where the same `sendId` is there already',
      params: RoomParams,
      body: SayBody,
      response: { 200: ChatMessage, 201: ChatMessage, ...errors },
    },
    schemaErrorFormatter: describeChatFinding,
    handler: async (request, reply) => {
      const { room } = request.params;
      const { user, sendId } = request.body;
      const saying = { room, user, text: readText(request.body.text), sendId };
      await clients.count('chatName', request, { name: user });
      if (!(await chat.knows(room))) await clients.count('chatRooms', request);
      await clients.count('chatKibibytes', request, { amount: Math.ceil(sizeOnTopic(saying) / KIB) });
      const { message, isNew } = await chat.say(saying);
      return reply.code(isNew ? 201 : 200).send(message);
    },
  });

  app.post<{ Params: Params; Body: TypingBody }>('/api/v1/chat/rooms/:room/typing', {
    config: { limit: 'chatWrite' },
    schema: {
      tags: ['chat'],
      summary: 'Tells the others in a room that somebody is writing; holds for 5 seconds',
      params: RoomParams,
      body: TypingBody,
      response: { 204: Type.Null({ description: 'Told' }) },
    },
    schemaErrorFormatter: describeChatFinding,
    handler: async ({ params, body }, reply) => {
      chat.type(params.room, body.user);
      return reply.code(204).send();
    },
  });
}

function readLimit(query: Query): number {
  const limit = single(query, 'limit');
  if (limit === undefined) return ROOM_SHOWS;
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_PAGE) {
    throw new HttpError(400, `\`limit\` must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  return Number(limit);
}
