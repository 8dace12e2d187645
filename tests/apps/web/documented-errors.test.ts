/** The description of the API names every status that a route can answer. What tests see of it is checked by their helper. */
import { describe, expect, it } from 'vitest';
import { buildTestApp } from './helper.ts';

const describedRoutes = async () => {
  const { app } = await buildTestApp();
  return app.routeTable.routes
    .filter(({ methods, options }) => options.schema?.hide !== true && !methods.includes('HEAD'))
    .map(({ url, methods, options }) => ({
      name: `${methods.join()} ${url}`,
      isRead: methods.join() === 'GET',
      isLive: options.config?.isLive === true,
      takesInput: url.includes(':') || url.includes('*') || options.schema?.querystring !== undefined,
      response: (options.schema?.response ?? {}) as Record<string, { description?: string }>,
    }));
};

describe('every described route', () => {
  it('names its statuses one by one, each in words', async () => {
    const routes = await describedRoutes();
    expect(routes.length).toBeGreaterThan(25);
    for (const { name, response } of routes) {
      expect(Object.keys(response), name).toEqual(expect.arrayContaining(['500']));
      expect(
        Object.keys(response).filter((status) => !/^[2345]\d\d$/.test(status)),
        name,
      ).toEqual([]);
      expect(Object.keys(response).filter((status) => status.startsWith('2')).length, name).toBeGreaterThan(0);
      for (const [status, { description }] of Object.entries(response)) {
        if (Number(status) >= 400) expect(description, `${name} ${status}`).toEqual(expect.any(String));
      }
    }
  });

  it('names what is said of broken bodies, foreign pages and wrong addresses', async () => {
    for (const { name, isRead, isLive, takesInput, response } of await describedRoutes()) {
      const expected = [
        ...(isRead ? [] : ['400', '413', '415', '403']),
        ...(isLive ? ['403', '503'] : []),
        ...(takesInput ? ['400'] : []),
      ];
      expect(Object.keys(response), name).toEqual(expect.arrayContaining(expected));
    }
  });

  it('has the same in the OpenAPI document, with errors in their one shape', async () => {
    const { app } = await buildTestApp();
    const { paths } = (await app.inject('/api/openapi.json')).json();
    const report = paths['/api/v1/ci/{id}/report/{*}'].get.responses;
    expect(Object.keys(report)).toEqual(expect.arrayContaining(['200', '304', '400', '404', '500', '503']));
    expect(report[404].content['application/json'].schema.properties.status).toEqual({
      type: 'string',
      enum: ['error'],
    });
    expect(paths['/api/v1/ci/{id}/events'].get.responses[503]).toMatchObject({
      headers: { 'Retry-After': { schema: { type: 'integer' } } },
      content: { 'application/json': {} },
    });
    expect(Object.keys(paths['/api/v1/ci/{id}/events'].get.responses[200].content)).toEqual(['text/event-stream']);
  });
});
