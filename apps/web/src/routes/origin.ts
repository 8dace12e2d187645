/** The origin by which a client reaches us. */
import type { FastifyRequest } from 'fastify';

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/** Such as `https://lab.example`; empty, so that addresses become relative, where the client's header makes no sense. */
export const originOf = ({ protocol, host }: FastifyRequest): string =>
  HOST.test(host) ? `${protocol}://${host}` : '';
