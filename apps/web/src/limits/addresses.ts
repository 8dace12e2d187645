/** Addresses of clients: what the limits count, and which ones belong to the lab itself. */
import { BlockList, isIP } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';

/** Returns the address that a request counts for; an IPv6 network of 64 bits, which one client has to itself, is one. */
export const ownerOf = ({ ip }: Pick<FastifyRequest, 'ip'>): string => normalizeIP(ip);

/** Returns a check whether an address lies in one of these networks (CIDR notation). */
export function createNetworkCheck(networks: readonly string[]): (ip: string) => boolean {
  const known = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    known.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return (ip) => isIP(ip) !== 0 && known.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a text is a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 6 ? 128 : 32);
}
