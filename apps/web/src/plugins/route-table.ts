/** Which methods each address knows, so that a wrong method can be told from an unknown address. */
import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  pattern: RegExp;
  methods: string[];
}

export type RouteTable = KnownRoute[];

/** Collects all routes that are registered from now on. */
export function collectRoutes(app: FastifyInstance): RouteTable {
  const table: RouteTable = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '*' || url === '/*') return;
    table.push({ pattern: toPattern(url), methods: [method].flat() });
  });
  return table;
}

/** Methods that this path knows, OPTIONS included; none when nothing is there. */
export function allowedMethods(table: RouteTable, path: string): string[] {
  const methods = table.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
  return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].sort();
}

function toPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
