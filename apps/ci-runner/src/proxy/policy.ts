/** What the proxy lets through for each kind of network that a job's step may have. */
import { BlockList, isIP } from 'node:net';
import type { StepNetwork } from '../sandbox/step.ts';

/** A network that goes through the proxy. */
export type ProxiedNetwork = Exclude<StepNetwork, 'none'>;

export interface ProxyTarget {
  hostname: string;
  port: number;
}

/** Hosts, or hosts with a port, that a network reaches: `pypi.org` is its ports 443 and 80. */
export interface AllowedHosts {
  git: readonly string[];
  registries: readonly string[];
}

const WEB_PORTS = [80, 443];

/** What is no public address, by the registries of the IANA for IPv4 and IPv6: the lab, the host itself, cloud metadata. */
const NOT_PUBLIC = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC.addSubnet(network, bits, 'ipv4');
}
/** Of IPv6, only 2000::/3 is given out; 2002::/16 and 64:ff9b::/96 hold IPv4 addresses. */
const PUBLIC_IPV6 = new BlockList();
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6');
NOT_PUBLIC.addSubnet('2002::', 16, 'ipv6');

/** Where clouds tell a machine its secrets: no network of a job reaches it, whatever is allowed. */
const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16, 'ipv4');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addAddress('fd00:ec2::254', 'ipv6');

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !NOT_PUBLIC.check(address, 'ipv4');
    case 6:
      return PUBLIC_IPV6.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Whether an address that a name stands for may be connected to. */
export function mayConnect(network: ProxiedNetwork, address: string): boolean {
  if (network === 'internet') return isPublicAddress(address);
  const family = isIP(address);
  return family !== 0 && !METADATA.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Why a target is refused, as a sentence; undefined where it is allowed. Its address is still to be looked at. */
export function refuseTarget(
  network: ProxiedNetwork,
  { hostname, port }: ProxyTarget,
  allowed: AllowedHosts,
): string | undefined {
  const host = unbracketed(hostname);
  if (isIP(host) !== 0 && !mayConnect(network, host)) return `${hostname} is not an address that a job may reach.`;
  if (network === 'internet') {
    return WEB_PORTS.includes(port) ? undefined : `Jobs reach the internet on the ports 80 and 443 only, not ${port}.`;
  }
  const hosts = allowed[network];
  const matches = hosts.some((each) => each === `${host}:${port}` || (each === host && WEB_PORTS.includes(port)));
  if (matches) return undefined;
  const what = network === 'git' ? 'getting the code' : 'the install step';
  return `${hostname}:${port} is out of reach for ${what}, which may go to ${hosts.join(', ')} only.`;
}
