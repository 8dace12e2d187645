/** How much one client may say: the chat is for all. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';

/** Seconds that a limit counts. */
const WINDOW_S = 10;
/** Messages of one name from one address. */
const PER_NAME = 20;
/** Requests from one address, behind which a whole class may sit. */
const PER_ADDRESS = 300;

export interface ChatLimits {
  /** Refuses (429) who asks too often from one address. */
  checkAddress(request: FastifyRequest): Promise<void>;
  /** Refuses (429) who says too much under one name. */
  checkName(request: FastifyRequest, user: string): Promise<void>;
}

/** The limits, on an app with @fastify/rate-limit. */
export function createChatLimits(app: FastifyInstance): ChatLimits {
  const names = new WeakMap<FastifyRequest, string>();
  const timeWindow = WINDOW_S * 1_000;
  const byAddress = app.createRateLimit({ max: PER_ADDRESS, timeWindow });
  const byName = app.createRateLimit({
    max: PER_NAME,
    timeWindow,
    keyGenerator: (request: FastifyRequest) => `${request.ip} ${names.get(request)}`,
  });

  const check = async (limiter: typeof byAddress, request: FastifyRequest, what: string): Promise<void> => {
    const found = await limiter(request);
    if (found.isAllowed || !found.isExceeded) return;
    const seconds = Math.max(1, found.ttlInSeconds);
    const text = `${what} in ${WINDOW_S} seconds. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;
    throw new HttpError(429, text, { headers: { 'retry-after': String(seconds) } });
  };

  return {
    checkAddress: (request) =>
      check(byAddress, request, `That was more than ${PER_ADDRESS} requests from your address`),
    async checkName(request, user) {
      names.set(request, user);
      await check(byName, request, `That was more than ${PER_NAME} messages of ${user}`);
    },
  };
}
