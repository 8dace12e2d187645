/** Routes of the chat: its page under /chat, its part of the API under /api/v1/chat. */
import type { FastifyInstance } from 'fastify';
import type { Chat } from '../chat/chat.ts';
import type { LabInfo } from './status.ts';

export interface ChatRouteOptions {
  lab: LabInfo;
  chat: Chat;
  /** Aborts as the process ends. */
  closing: AbortSignal;
}

/** Registers them. */
export async function registerChat(_app: FastifyInstance, _options: ChatRouteOptions): Promise<void> {}
