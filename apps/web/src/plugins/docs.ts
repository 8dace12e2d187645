/** The API's description for programs (/api/openapi.json) and for people (/api/docs). */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Describes all routes that are registered after it. */
export async function describeApi(
  app: FastifyInstance,
  version: string,
  swaggerDir: string | undefined,
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
        { name: 'lab', description: 'The lab itself' },
      ],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'Cloud Lab API' },
    uiConfig: { url: '/api/openapi.json', validatorUrl: null, deepLinking: true },
    ...(swaggerDir === undefined ? {} : { baseDir: swaggerDir }),
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
