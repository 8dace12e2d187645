/** The table of all routes: tells a wrong method from an unknown address, and lets plugins and tests walk the routes. */
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';

/** One route as it was registered, with the methods that it answers. */
export type KnownRoute = {
  /** Its pattern, such as `/api/v1/ci/:id`. */
  url: string;
  methods: string[];
  /** The options of the route; plugins may complete them until the app is ready. */
  options: RouteOptions & { schema?: FastifySchema };
};

/** All routes that share one pattern. */
type Place = { pattern: RegExp; rank: string; routes: KnownRoute[] };

declare module 'fastify' {
  interface FastifyInstance {
    /** All routes of the app. */
    routeTable: RouteTable;
  }
}

/** Knows every route; of several patterns that fit a path, the most specific one alone answers for it. */
export class RouteTable {
  readonly #places = new Map<string, Place>();

  /** Every route, in the order of registration. */
  get routes(): KnownRoute[] {
    return [...this.#places.values()].flatMap(({ routes }) => routes);
  }

  /** Adds a route. */
  add(options: RouteOptions): void {
    const { url } = options;
    const place = this.#places.get(url) ?? { pattern: toPattern(url), rank: rankOf(url), routes: [] };
    this.#places.set(url, place);
    place.routes.push({ url, methods: [options.method].flat(), options });
  }

  /** Returns the most specific pattern that fits a path, or undefined where none does. */
  findUrl(path: string): string | undefined {
    return this.#find(path)?.[0];
  }

  /** Returns the methods that a path answers, OPTIONS included; none where nothing is there. */
  allowedMethods(path: string): string[] {
    const place = this.#find(path)?.[1];
    if (place === undefined) return [];
    return [...new Set([...place.routes.flatMap(({ methods }) => methods), 'OPTIONS'])].sort();
  }

  #find(path: string): [string, Place] | undefined {
    const decoded = decode(path);
    const fitting = [...this.#places].filter(([, { pattern }]) => pattern.test(decoded));
    return fitting.sort(([, a], [, b]) => (a.rank < b.rank ? -1 : 1))[0];
  }
}

/** Collects all routes that are registered from now on, as `app.routeTable`. */
export function collectRoutes(app: FastifyInstance): RouteTable {
  const table = new RouteTable();
  app.decorate('routeTable', table);
  app.addHook('onRoute', (options) => {
    if (options.url !== '*' && options.url !== '/*') table.add(options);
  });
  return table;
}

/** The path as the router reads it: without the %-codes of characters that need none. */
function decode(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function toPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}

/** Sorts patterns as the router does: a fixed part before a parameter, a parameter before a wildcard. */
const rankOf = (url: string): string =>
  url
    .split('/')
    .map((part) => (part === '*' ? '2' : part.startsWith(':') ? '1' : '0'))
    .join('');
