/** Routes of the pages of the stream: the playground, and each topic. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HttpError } from '../errors.ts';
import { streamPage } from '../pages/stream.ts';
import type { StreamMessage, StreamSnapshot } from '../schemas/stream.ts';
import { EMPTY_SNAPSHOT } from '../stream/empty-snapshot.ts';
import type { StreamView } from '../stream/stream-view.ts';
import { isLabTopic, PLAYGROUND_TOPIC } from '../stream/topics.ts';
import { AWAY } from '../stream/watcher.ts';
import type { LabInfo } from './status.ts';

/** A page rather comes without numbers than late: its script fetches them. */
const LIMIT_MS = 2_000;
const MESSAGES_SHOWN = 10;
const UNKNOWN: StreamSnapshot = { ...EMPTY_SNAPSHOT, problem: AWAY };

/** Registers /stream and /stream/:topic. */
export function registerStreamPages(app: FastifyInstance, lab: LabInfo, stream: StreamView): void {
  const show = async (reply: FastifyReply, topic: string): Promise<FastifyReply> => {
    const [snapshot, messages] = await Promise.all([
      soon<StreamSnapshot>(stream.snapshot(), UNKNOWN),
      soon<StreamMessage[]>(stream.messages(topic, MESSAGES_SHOWN), []),
    ]);
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(streamPage({ lab, topic, snapshot, messages }));
  };

  app.get('/stream', {
    config: { limit: 'streamRead' },
    schema: { hide: true },
    handler: (_request, reply) => show(reply, PLAYGROUND_TOPIC),
  });

  app.get<{ Params: { topic: string } }>('/stream/:topic', {
    config: { limit: 'streamRead' },
    schema: { hide: true },
    handler: async ({ params: { topic } }, reply) => {
      if (topic === PLAYGROUND_TOPIC) return reply.redirect('/stream', 301);
      if (!isLabTopic(topic)) {
        throw new HttpError(404, 'The lab has no topic of this name. The page /stream lists those that it has.');
      }
      return show(reply, topic);
    },
  });
}

/** What is asked for, or `instead` where it takes too long or goes wrong. */
const soon = <T>(asked: Promise<T>, instead: T): Promise<T> =>
  Promise.race([asked.catch(() => instead), delay(LIMIT_MS, instead, { ref: false })]);
