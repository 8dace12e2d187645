/** How much of what a project's quotas count a lab takes, and how much of it a stack has already. */
import { networksOf } from '../../inventory.ts';
import type { Host, Lab } from '../../lab.ts';
import { isPublic } from '../../roles.ts';
import { describeSources } from '../own-network.ts';
import type { Choices } from './choices.ts';
import type { Holdings } from './holdings.ts';
import { DATA_DISK_GIB, systemVolumeOf } from './sizes.ts';

/** What is counted, as a person reads it. */
export const COUNTED = {
  machines: 'machines',
  cores: 'cores',
  memory: 'MiB of memory',
  volumes: 'volumes',
  gigabytes: 'GiB of volumes',
  floatingIps: 'floating IPs',
  networks: 'networks',
  subnets: 'subnets',
  routers: 'routers',
  ports: 'network ports',
  securityGroups: 'security groups',
  rules: 'rules of security groups',
} as const;
export type Counted = keyof typeof COUNTED;
export type Counts = Record<Counted, number>;

/** That let everything out, IPv4 and IPv6: each security group begins with them. */
const EGRESS_RULES = 2;
/** Of the router, and of the servers of addresses and names in the network. */
const NETWORK_PORTS = 2;

/** Whether a host is reached from outside, for which it takes an address there. */
export function hasFloatingIp({ ports }: Pick<Host, 'ports'>): boolean {
  return ports.some(({ from }) => isPublic(from));
}

/** What the whole lab takes. */
export function countNeeds(
  { hosts, config }: Pick<Lab, 'hosts' | 'config'>,
  { image, flavors }: Pick<Choices, 'image' | 'flavors'>,
): Counts {
  const sources = describeSources({ hosts, config });
  const chosen = [...flavors.values()];
  const volumes = [
    ...hosts.filter(({ keepsData }) => keepsData).map(() => DATA_DISK_GIB),
    ...chosen.flatMap((flavor) => systemVolumeOf(flavor, image) ?? []),
  ];
  return {
    machines: hosts.length,
    cores: sum(chosen.map(({ vcpus }) => vcpus)),
    memory: sum(chosen.map(({ memoryMib }) => memoryMib)),
    volumes: volumes.length,
    gigabytes: sum(volumes),
    floatingIps: hosts.filter(hasFloatingIp).length,
    networks: 1,
    subnets: 1,
    routers: 1,
    ports: hosts.length + NETWORK_PORTS,
    securityGroups: hosts.length,
    rules: sum(hosts.map(({ ports }) => sum(ports.map(({ from }) => networksOf(sources, from).length)) + EGRESS_RULES)),
  };
}

/** @param sizes of flavors by their ids: one that is no longer offered may be missing */
export function countHoldings(holdings: Holdings, sizes: ReadonlyMap<string, { vcpus: number; ram: number }>): Counts {
  const machines = holdings.servers.flatMap(({ flavor }) => sizes.get(flavor.id) ?? []);
  return {
    machines: holdings.servers.length,
    cores: sum(machines.map(({ vcpus }) => vcpus)),
    memory: sum(machines.map(({ ram }) => ram)),
    volumes: holdings.volumes.length,
    gigabytes: sum(holdings.volumes.map(({ size }) => size)),
    floatingIps: holdings.floatingIps.length,
    networks: holdings.networks.length,
    subnets: holdings.subnets.length,
    routers: holdings.routers.length,
    ports: holdings.ports.length + NETWORK_PORTS * holdings.networks.length,
    securityGroups: holdings.securityGroups.length,
    rules: sum(holdings.securityGroups.map(({ security_group_rules }) => security_group_rules.length)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
