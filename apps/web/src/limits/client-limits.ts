/** Limits what one address may use of the lab, by the table of limits. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TryAgainError } from '../errors.ts';
import { createNetworkCheck, ownerOf } from './addresses.ts';
import { OpenSlots } from './open-slots.ts';
import { OPEN_LIMITS, type OpenLimitName, REQUEST_LIMITS, type RequestLimitName, sizeOf } from './table.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The limit that each request of the route counts for; `unlimited`: it costs next to nothing. */
    limit?: RequestLimitName | 'unlimited';
  }
}

export type ClientLimitsOptions = {
  /** How many people may share an address. */
  clientsPerAddress: number;
  /** Networks of the lab's own hosts, which are not limited. */
  labNetworks: readonly string[];
};

export type ClientLimits = {
  /** Returns the address that a request counts for; undefined for a host of the lab. */
  addressOf(request: FastifyRequest): string | undefined;
  /** Counts `amount` of something, for the address or for one name there. @throws HttpError 429 */
  count(limit: RequestLimitName, request: FastifyRequest, options?: { amount?: number; name?: string }): Promise<void>;
  /** Takes a place among what is open at once. @returns what gives it back. @throws HttpError 429, 503 */
  open(limit: OpenLimitName, request: FastifyRequest): () => void;
};

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/** Addresses, or names, that each limit remembers: the longest silent ones are forgotten first. */
const REMEMBERED = 5_000;

/** Puts the limits that routes name in place, for all routes that are registered from now on. */
export async function limitClients(
  app: FastifyInstance,
  { clientsPerAddress, labNetworks }: ClientLimitsOptions,
): Promise<ClientLimits> {
  await app.register(rateLimit, { global: false });
  const isLabHost = createNetworkCheck(labNetworks);
  const names = new WeakMap<FastifyRequest, string>();
  const shared = {
    // Missing in the library's types.
    cache: REMEMBERED,
    keyGenerator: (request: FastifyRequest) => `${ownerOf(request)} ${names.get(request) ?? ''}`,
    allowList: (request: FastifyRequest) => isLabHost(request.ip),
  };
  const limiters = mapValues(REQUEST_LIMITS, (limit) =>
    app.createRateLimit({
      ...shared,
      max: sizeOf(limit, clientsPerAddress),
      timeWindow: limit.seconds * 1_000,
    }),
  );
  const slots = mapValues(
    OPEN_LIMITS,
    (limit) => new OpenSlots({ ...limit, ofAddress: sizeOf(limit, clientsPerAddress) }),
  );

  const addressOf: ClientLimits['addressOf'] = (request) => (isLabHost(request.ip) ? undefined : ownerOf(request));
  const limits: ClientLimits = {
    addressOf,
    async count(limit, request, { amount = 1, name = '' } = {}) {
      names.set(request, name);
      await countUp(limiters[limit], request, amount);
    },
    open: (limit, request) => slots[limit].take(addressOf(request)),
  };

  app.addHook('onRequest', async (request) => {
    const { limit } = request.routeOptions.config;
    if (limit !== undefined && limit !== 'unlimited') await limits.count(limit, request);
  });
  app.addHook('onReady', async () => {
    const forgotten = app.routeTable.routes.filter(({ options }) => options.config?.limit === undefined);
    const [first] = forgotten;
    if (first !== undefined) throw new Error(`The route ${first.methods.join()} ${first.url} names no limit.`);
  });
  return limits;
}

/** Declares that all routes that are registered in this scope from now on cost next to nothing. */
export function declareUnlimited(scope: FastifyInstance): void {
  scope.addHook('onRoute', (options) => {
    options.config = { ...options.config, limit: 'unlimited' };
  });
}

async function countUp(limiter: Limiter, request: FastifyRequest, amount: number): Promise<void> {
  if (amount > 1) {
    // All of it, or nothing.
    const found = await limiter(request, { increment: false });
    if (!found.isAllowed && found.remaining < amount) throw tooMany(found.ttlInSeconds);
  }
  for (let number = 0; number < amount; number += 1) {
    const found = await limiter(request);
    if (!found.isAllowed && found.isExceeded) throw tooMany(found.ttlInSeconds);
  }
}

const tooMany = (ttlInSeconds: number): TryAgainError =>
  new TryAgainError(429, 'Rate limit exceeded.', Math.max(1, ttlInSeconds));

const mapValues = <K extends string, T, U>(record: Readonly<Record<K, T>>, change: (value: T) => U): Record<K, U> =>
  Object.fromEntries(Object.entries<T>(record).map(([key, value]) => [key, change(value)])) as Record<K, U>;
