/** The web app of a test with a chat in memory, and somebody who talks there. */
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { MessengerOptions } from '../../../apps/web/src/chat/messenger.ts';
import type { ClientLimitsOptions } from '../../../apps/web/src/limits/client-limits.ts';
import { createMemoryChat, MemoryTopics } from '../../helpers/memory-chat.ts';
import { buildTestApp } from './helper.ts';

/** Starts it; it stops when the test is over. */
export async function chatApp(
  topics = new MemoryTopics(),
  options: Partial<MessengerOptions> = {},
  limits: Partial<ClientLimitsOptions> = {},
) {
  const chat = createMemoryChat(topics, options);
  onTestFinished(() => chat.stop());
  const { app } = await buildTestApp({ chat, limits });
  return { app, topics };
}

/** Says something; by default at 10.0.0.1, in the lobby. */
export const say = (app: FastifyInstance, body: unknown, room = 'lobby', remoteAddress = '10.0.0.1') =>
  app.inject({
    method: 'POST',
    url: `/api/v1/chat/rooms/${room}/messages`,
    payload: body as Record<string, unknown>,
    remoteAddress,
  });
