/** Routes of the page of the chat: the lobby, and each room. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Chat } from '../chat/chat.ts';
import { LOBBY } from '../chat/messenger.ts';
import { chatPage } from '../pages/chat.ts';
import { ROOM_SHOWS } from './chat-api.ts';
import { type Query, readRoom, single } from './chat-request.ts';
import type { LabInfo } from './status.ts';

export interface ChatPagesOptions {
  lab: LabInfo;
  chat: Pick<Chat, 'rooms' | 'room'>;
}

/** Registers /chat and /chat/:room. */
export function registerChatPages(app: FastifyInstance, { lab, chat }: ChatPagesOptions): void {
  const show = async (request: FastifyRequest, reply: FastifyReply, room: string): Promise<FastifyReply> => {
    // A page that cannot show what was said is better than none: its script keeps asking.
    const found = await Promise.all([chat.rooms(), chat.room(room, ROOM_SHOWS)]).catch((err: unknown) => {
      request.log.warn({ err }, 'the page of the chat is shown without messages');
    });
    const [rooms, view] = found ?? [[{ room: LOBBY, people: [], lastTime: null }], undefined];
    const body = chatPage({ lab, room, rooms, view, now: new Date() });
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(body);
  };

  app.get<{ Querystring: Query }>('/chat', {
    config: { limit: 'chatRead' },
    schema: { hide: true },
    handler: (request, reply) => {
      const asked = single(request.query, 'room');
      if (asked === undefined) return show(request, reply, LOBBY);
      // As people type names: `Team 1` is the room team-1.
      const room = asked
        .trim()
        .toLowerCase()
        .replace(/[\s_]+/g, '-');
      return reply.redirect(`/chat/${readRoom(room)}`, 303);
    },
  });

  app.get<{ Params: { room: string } }>('/chat/:room', {
    config: { limit: 'chatRead' },
    schema: { hide: true },
    handler: (request, reply) => show(request, reply, readRoom(request.params.room)),
  });
}
