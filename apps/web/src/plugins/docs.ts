/** The API's description for programs (/api/openapi.json) and for people (/api/docs). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Assets } from '../assets.ts';
import { declareUnlimited } from '../limits/client-limits.ts';

/** Describes all routes that are registered after it. */
export async function describeApi(
  app: FastifyInstance,
  version: string,
  { publicDir, swaggerDir }: Assets,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cloud Lab API',
        version,
        description: 'The REST services of the lab. Every error is JSON: `{"status":"error","text":"what is wrong"}`.',
      },
      tags: [
        { name: 'functions', description: 'Functions as microservices' },
        { name: 'ci', description: 'Continuous integration: tests and coverage of a branch' },
        {
          name: 'stream',
          description: 'Kafka: topics, consumer groups and messages as they come, and a place to play',
        },
        { name: 'lab', description: 'The lab itself' },
      ],
    },
  });
  await app.register(async (scope) => {
    declareUnlimited(scope);
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      theme: { title: 'Cloud Lab API' },
      uiConfig: { validatorUrl: null, deepLinking: true },
      logo: { type: 'image/svg+xml', content: await readFile(join(publicDir, 'favicon.svg')) },
      ...(swaggerDir === undefined ? {} : { baseDir: swaggerDir }),
    });
    scope.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  });
}
