/** The one way out of a job: HTTP proxies on Unix sockets, one for each kind of network. */
import { lookup } from 'node:dns';
import { rm } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { RequestError, Server } from 'proxy-chain';
import { NETWORKS } from '../sandbox/step.ts';
import { type AllowedHosts, mayConnect, type ProxiedNetwork, refuseTarget } from './policy.ts';

export interface ProxyOptions {
  /** Folder of the sockets: `<network>.sock`. */
  folder: string;
  allowed: AllowedHosts;
  /** Proxy through which this machine reaches the world; without it, directly. */
  upstreamProxyUrl?: string;
  logger: Logger;
}

/** The library takes a connection without an address for one that is gone; on a Unix socket, none has one. */
class UnixSocketServer extends Server {
  override onConnection(socket: Parameters<Server['onConnection']>[0]): void {
    Object.defineProperty(socket, 'remoteAddress', { value: '127.0.0.1' });
    super.onConnection(socket);
  }
}

/** Looks a name up, and refuses it where it stands for an address that this network must not reach. */
function lookUpFor(network: ProxiedNetwork): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => mayConnect(network, address));
      const [first] = allowed;
      if (first === undefined) {
        return callback(Object.assign(new Error(`${hostname} is not where a job may go`), { code: 'EACCES' }), []);
      }
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Opens the proxies. @returns what closes them */
export async function openProxies(options: ProxyOptions): Promise<() => Promise<void>> {
  const networks = NETWORKS.filter((network) => network !== 'none');
  const servers = await Promise.all(networks.map((network) => openProxy(network, options)));
  return async () => {
    await Promise.all(servers.map((server) => server.close(true)));
  };
}

async function openProxy(network: ProxiedNetwork, { folder, allowed, upstreamProxyUrl, logger }: ProxyOptions) {
  // Sockets call it in one way only, of the many that its type in the library knows.
  const dnsLookup = lookUpFor(network) as typeof lookup;
  const server = new UnixSocketServer({
    prepareRequestFunction: ({ hostname, port }) => {
      const refusal = refuseTarget(network, { hostname, port }, allowed);
      if (refusal !== undefined) {
        logger.info({ network, hostname, port }, 'refused');
        throw new RequestError(`${refusal}\n`, 403);
      }
      // What the lab itself holds is not reached through somebody else's proxy.
      if (network === 'git' && !hostname.includes('.')) return { dnsLookup };
      return upstreamProxyUrl === undefined ? { dnsLookup } : { upstreamProxyUrl };
    },
  });
  server.on('requestFailed', ({ error }: { error: Error }) =>
    logger.debug({ network, err: error }, 'a request failed'),
  );
  const socket = join(folder, `${network}.sock`);
  await rm(socket, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.server.once('error', reject).listen({ path: socket }, resolve);
  await promise;
  return server;
}
