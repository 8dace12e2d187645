/** The inventory: what is known of a lab once its addresses are fixed and before any machine boots. */
import { dropContained } from './cidr.ts';
import type { OutsideSource, PortSource, RoleName } from './roles.ts';

/** Where a port of a host is reached from outside the lab. */
export type Endpoint = { host: string; port: number };

export type HostAddresses = {
  /** Address on the lab's own network. */
  internal: string;
  /** Port name -> where it is reached from outside; only ports from outside the lab. */
  published: Readonly<Record<string, Endpoint>>;
  /** Name of the host through which its SSH is reached, which then is at its internal address; absent: it is reached as it is. */
  via?: string;
};

export type CloudServices = {
  /** URL of the blob storage account, as hosts and users reach it; hosts say who they are by the identity of their machine. */
  blobUrl?: string;
  /** URL of the container instance, where it is known before that runs. */
  containerUrl?: string;
  /** DNS name of the database server. */
  databaseHost?: string;
};

export type Inventory = {
  /** Host name -> its addresses. */
  hosts: Readonly<Record<string, HostAddresses>>;
  /** What the cloud does as a service, in place of a host. */
  services: CloudServices;
  sources: SourceNetworks;
};

/** The networks behind each source of a port, as CIDRs: what a host's own firewall lets in. */
export type SourceNetworks = Readonly<Record<OutsideSource | 'lab', readonly string[]>> & {
  /** Role -> the network of the hosts that have it. */
  readonly roles: Readonly<Record<RoleName, string>>;
};

/** The networks of a source. */
export function networksOf(sources: SourceNetworks, from: PortSource): readonly string[] {
  return dropContained(typeof from === 'string' ? sources[from] : from.map((role) => sources.roles[role]));
}

/** The addresses of a host. @throws Error where the inventory does not know it */
export function addressesOf(inventory: Inventory, host: string): HostAddresses {
  const addresses = inventory.hosts[host];
  if (addresses === undefined) throw new Error(`the inventory has no host ${host}`);
  return addresses;
}

/** The networks that may reach a port of a host, as CIDRs: whoever comes through another host comes from that one's address. */
export function sourcesOf(inventory: Inventory, host: string, from: PortSource): readonly string[] {
  const via = inventory.hosts[host]?.via;
  return from === 'admin' && via !== undefined
    ? [`${addressesOf(inventory, via).internal}/32`]
    : networksOf(inventory.sources, from);
}

/** Where a port of a host is reached from outside. @throws Error where it is not published */
export function publishedEndpoint(inventory: Inventory, host: string, port: string): Endpoint {
  const endpoint = addressesOf(inventory, host).published[port];
  if (endpoint === undefined) throw new Error(`port ${port} of host ${host} is not reached from outside`);
  return endpoint;
}
