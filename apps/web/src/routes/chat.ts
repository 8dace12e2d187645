/** Routes of the chat: its page under /chat, its part of the API under /api/v1/chat. */
import type { FastifyInstance } from 'fastify';
import type { Chat } from '../chat/chat.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import { registerChatApi } from './chat-api.ts';
import { registerChatEvents } from './chat-events.ts';
import { registerChatPages } from './chat-pages.ts';
import type { LabInfo } from './status.ts';

export interface ChatRouteOptions {
  lab: LabInfo;
  chat: Chat;
  clients: ClientLimits;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

/** Registers them. */
export async function registerChat(
  app: FastifyInstance,
  { lab, chat, clients, closing }: ChatRouteOptions,
): Promise<void> {
  registerChatApi(app, chat, clients);
  await registerChatEvents(app, { chat, clients, closing });
  registerChatPages(app, { lab, chat });
}
