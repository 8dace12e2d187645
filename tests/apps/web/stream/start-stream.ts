/** The web app of a test with its view of a stream in memory. */
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { StreamView } from '../../../../apps/web/src/stream/stream-view.ts';
import { createMemoryStream, MemoryKafka } from '../../../helpers/memory-stream.ts';
import { buildTestApp } from '../helper.ts';

export interface StreamApp {
  kafka: MemoryKafka;
  stream: StreamView;
  app: FastifyInstance;
  post(path: string, body: object): Promise<{ status: number; body: { id?: string; text?: string } }>;
}

/** Starts it; it stops when the test is over. */
export async function start(): Promise<StreamApp> {
  const kafka = new MemoryKafka();
  const stream = createMemoryStream(kafka);
  onTestFinished(() => stream.stop());
  const { app } = await buildTestApp({ stream });
  return {
    kafka,
    stream,
    app,
    async post(path, body) {
      const answer = await app.inject({ method: 'POST', url: `/api/v1/stream/${path}`, payload: body });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}

/** What is sent where it does not matter. */
export const message = { text: 'hello', key: 'apple', count: 3, perSecond: 100, spread: 'key' };
