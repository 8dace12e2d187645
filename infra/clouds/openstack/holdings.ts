/** What an OpenStack project has of a stack of this user, asked of each service by its own kind of mark. */
import { HOST_LABEL, PROJECT, PROJECT_LABEL, resourceName, STACK_LABEL } from '../../naming.ts';
import type { TargetResource } from '../target.ts';
import { type OpenstackClient, OpenstackError, OpenstackSilence } from './api.ts';
import { containerName, describeOwner } from './names.ts';

type Metadata = Record<string, string>;

/** https://docs.openstack.org/api-ref/compute/#list-servers-detailed */
export type Server = { id: string; name: string; user_id: string; metadata: Metadata; flavor: { id: string } };
/** https://docs.openstack.org/api-ref/block-storage/v3/#list-accessible-volumes-with-details */
export type Volume = {
  id: string;
  name: string | null;
  user_id: string;
  metadata: Metadata;
  /** GiB. */
  size: number;
  attachments: { server_id: string }[];
};
/** What everything in Neutron has. */
type NetworkPart = { id: string; name?: string; description?: string };
/** https://docs.openstack.org/api-ref/network/v2/#floating-ips-floatingips */
type FloatingIp = NetworkPart & { floating_ip_address: string };
/** https://docs.openstack.org/api-ref/network/v2/#security-groups-security-groups */
type SecurityGroup = NetworkPart & { security_group_rules: unknown[] };

export type Holdings = {
  servers: Server[];
  volumes: Volume[];
  floatingIps: FloatingIp[];
  routers: NetworkPart[];
  ports: NetworkPart[];
  networks: NetworkPart[];
  subnets: NetworkPart[];
  securityGroups: SecurityGroup[];
  /** Names. */
  keyPairs: string[];
  /** Names, of the object store. */
  containers: string[];
};

/** What each thing is called where a person reads of it, in the order in which they can be removed. */
export const KINDS = [
  'server',
  'floating IP',
  'router',
  'port',
  'subnet',
  'network',
  'security group',
  'volume',
  'container',
  'key pair',
] as const;
export type Kind = (typeof KINDS)[number];

/** Asks for all of it at once. @throws OpenstackError, Problem */
export async function findHoldings(client: OpenstackClient, stack: string): Promise<Holdings> {
  const { userId } = client.who;
  const owner = { stack, userId };
  const description = describeOwner(owner);
  const inNetwork = async <T extends NetworkPart>(path: string, key: string): Promise<T[]> => {
    const parts = await client.list<T>('network', `/${path}?description=${encodeURIComponent(description)}`, key);
    // Databases compare without regard to case.
    return parts.filter((part) => part.description === description);
  };
  const isOwn = ({ metadata, user_id }: { metadata: Metadata; user_id: string }): boolean =>
    user_id === userId && metadata[PROJECT_LABEL] === PROJECT && metadata[STACK_LABEL] === stack;
  const [servers, volumes, floatingIps, routers, ports, networks, subnets, securityGroups, keyPairs, containers] =
    await Promise.all([
      client.list<Server>('compute', '/servers/detail', 'servers'),
      client.endpointOf('volume') === undefined ? [] : client.list<Volume>('volume', '/volumes/detail', 'volumes'),
      inNetwork<FloatingIp>('floatingips', 'floatingips'),
      inNetwork('routers', 'routers'),
      inNetwork('ports', 'ports'),
      inNetwork('networks', 'networks'),
      inNetwork('subnets', 'subnets'),
      inNetwork<SecurityGroup>('security-groups', 'security_groups'),
      findKeyPair(client, resourceName(stack)),
      findContainer(client, containerName(owner)),
    ]);
  return {
    servers: servers.filter(isOwn),
    volumes: volumes.filter(isOwn),
    floatingIps,
    routers,
    ports,
    networks,
    subnets,
    securityGroups,
    keyPairs,
    containers,
  };
}

/** Every server of a lab of this user, of whatever stack. @throws OpenstackError, Problem */
export async function findLabServers(client: OpenstackClient): Promise<Server[]> {
  const servers = await client.list<Server>('compute', '/servers/detail', 'servers');
  return servers.filter(
    ({ metadata, user_id }) => user_id === client.who.userId && metadata[PROJECT_LABEL] === PROJECT,
  );
}

/** The same as a list for a person. */
export function listHoldings(holdings: Holdings): TargetResource[] {
  const { floatingIps, keyPairs, containers } = holdings;
  const named = (kind: Kind, parts: readonly { id: string; name?: string | null }[]): TargetResource[] =>
    parts.map(({ id, name }) => ({ kind, id, name: name === null || name === undefined || name === '' ? id : name }));
  return [
    ...named('server', holdings.servers),
    ...floatingIps.map(({ id, floating_ip_address: name }) => ({ kind: 'floating IP', id, name })),
    ...named('router', holdings.routers),
    ...named('port', holdings.ports),
    ...named('subnet', holdings.subnets),
    ...named('network', holdings.networks),
    ...named('security group', holdings.securityGroups),
    ...named('volume', holdings.volumes),
    ...containers.map((name) => ({ kind: 'container', id: name, name })),
    ...keyPairs.map((name) => ({ kind: 'key pair', id: name, name })),
  ];
}

/** The hosts that have a machine, or a volume of a machine that was there. */
export function hostsIn({ servers, volumes }: Pick<Holdings, 'servers' | 'volumes'>): Set<string> {
  return new Set([...servers, ...volumes].flatMap(({ metadata }) => metadata[HOST_LABEL] ?? []));
}

async function findKeyPair(client: OpenstackClient, name: string): Promise<string[]> {
  try {
    await client.send('compute', 'GET', `/os-keypairs/${encodeURIComponent(name)}`);
    return [name];
  } catch (error) {
    if (error instanceof OpenstackError && error.status === 404) return [];
    throw error;
  }
}

async function findContainer(client: OpenstackClient, name: string): Promise<string[]> {
  if (client.endpointOf('object store') === undefined) return [];
  try {
    await client.send('object store', 'HEAD', `/${encodeURIComponent(name)}`);
    return [name];
  } catch (error) {
    // Whoever may not use a store has nothing in it, and some catalogues name a store that is not there.
    if (error instanceof OpenstackError && [401, 403, 404].includes(error.status)) return [];
    if (error instanceof OpenstackSilence && error.nobody) return [];
    throw error;
  }
}
