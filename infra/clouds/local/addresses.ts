/** Which addresses and ports a lab has on the local cloud: fixed by its stack's name and configuration, before anything exists. */
import { addressIn, type Cidr, contains, formatCidr, parseCidr } from '../../cidr.ts';
import { ConfigError, type LabConfig } from '../../config.ts';
import { describeRoleNetworks, hostNumber } from '../../host-number.ts';
import type { HostAddresses, Inventory } from '../../inventory.ts';
import type { Host, Lab } from '../../lab.ts';
import { hashNumber } from '../../naming.ts';
import { isOutside } from '../../roles.ts';

/** Only this machine reaches the lab; the name serves certificates and Kafka's clients better than an address. */
const PUBLIC_HOST = 'localhost';
const LOOPBACK: Cidr = { first: 127 * 2 ** 24, bits: 8 };
const DEV_PORT_BASE = 24_000;
const PORTS_PER_LAB = 100;
/** Hundreds that stacks of other names than `dev` are spread over, above its own. */
const HUNDREDS = 80;

/** Where in a lab's 100 ports each published port lies but for SSH, from 40 by the host's number; a host of several adds its index. */
const PORT_OFFSETS: Record<string, number> = {
  'web/http': 0,
  'web/https': 1,
  'storage/blob': 10,
  'kafka/kafka': 20,
  'kafka/kafka-plaintext': 25,
  'function/function': 31,
};
/** Where the upper half of the network begins, which is the hosts'. */
const FIRST_HOST = 128;
/** Of the container instance's port, and its address: below those of the hosts, so that it is none of them for their firewalls. */
const CONTAINER_OFFSET = 30;

/** The lab's own network: the gateway, that is this machine, has address 1; the hosts are in the upper half. */
export function labSubnet(config: LabConfig): Cidr {
  const hash = hashNumber(`network ${config.stack}`);
  const text = config.subnet === 'auto' ? `10.${64 + (hash % 128)}.${(hash >>> 8) % 256}.0/24` : config.subnet;
  const subnet = parseCidr(text);
  if (subnet === undefined) throw new Error(`${text} is not a network`);
  return subnet;
}

/** The first port of 127.0.0.1 that the lab publishes. Above the well-known ports, below those that systems hand out to clients. */
export function labPortBase(config: LabConfig): number {
  if (config.portBase !== 0) return config.portBase;
  if (config.stack === 'dev') return DEV_PORT_BASE;
  return portBaseOf(hashNumber(`ports ${config.stack}`));
}

/**
 * The port base of a lab that leaves the choice to its name, where another lab has a port of that hundred: the next hundred of which nobody has any.
 * @param taken ports that other labs publish
 * @returns undefined where the lab can have what it would have by itself, or has to: `dev`, and what was asked for
 */
export function choosePortBase(config: LabConfig, taken: Iterable<number>): number | undefined {
  if (config.portBase !== 0 || config.stack === 'dev') return undefined;
  const bases = new Set([...taken].map((port) => port - (port % PORTS_PER_LAB)));
  const own = hashNumber(`ports ${config.stack}`);
  const steps = Array.from({ length: HUNDREDS }, (_, step) => step);
  const free = steps.find((step) => !bases.has(portBaseOf(own + step)));
  return free === undefined || free === 0 ? undefined : portBaseOf(own + free);
}

function portBaseOf(number: number): number {
  return DEV_PORT_BASE + PORTS_PER_LAB * (1 + (number % HUNDREDS));
}

/** The inventory of a lab. @throws ConfigError where the configuration asks for what only a cloud elsewhere can do */
export function describeInventory(lab: Lab): Inventory {
  const { adminCidr, kafkaPlaintextFrom, webCidr } = lab.config;
  const problems = Object.entries({ adminCidr, kafkaPlaintextFrom, webCidr })
    .filter(([, text]) => text !== undefined && text !== 'admin' && !isLoopback(text))
    .map(
      ([key, text]) =>
        `lab:${key} is ${text}, but the local cloud is reached from this machine alone: say 127.0.0.1/32`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
  const subnet = labSubnet(lab.config);
  const gateway = `${addressIn(subnet, 1)}/32`;
  const upperHalf: Cidr = { first: subnet.first + FIRST_HOST, bits: 25 };
  const hosts = formatCidr(upperHalf);
  // Also what is open to everybody: other machines can route to this network through this machine, past the published ports.
  const everybody = [gateway, hosts];
  return {
    hosts: Object.fromEntries(lab.hosts.map((host) => [host.name, addressesOf(host, lab.config, subnet)])),
    services: lab.container === undefined ? {} : { containerUrl: describeContainer(lab.config).url },
    sources: {
      internet: everybody,
      web: everybody,
      admin: [gateway],
      plaintext: [gateway],
      lab: [hosts],
      roles: describeRoleNetworks(lab, upperHalf),
    },
  };
}

/** Where the container instance is: on the lab's network, and for its users. */
export function describeContainer(config: LabConfig): { internal: string; port: number; url: string } {
  const port = labPortBase(config) + CONTAINER_OFFSET;
  return { internal: addressIn(labSubnet(config), CONTAINER_OFFSET), port, url: `http://${PUBLIC_HOST}:${port}` };
}

function isLoopback(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && contains(LOOPBACK, cidr);
}

function addressesOf(host: Host, config: LabConfig, subnet: Cidr): HostAddresses {
  const published = host.ports
    .filter(({ from }) => isOutside(from))
    .map(({ name }) => [name, { host: PUBLIC_HOST, port: publishedPort(host, name, config) }]);
  return { internal: addressIn(subnet, FIRST_HOST + hostNumber(host)), published: Object.fromEntries(published) };
}

function publishedPort(host: Host, port: string, config: LabConfig): number {
  const base = labPortBase(config);
  if (port === 'ssh') return base + hostNumber(host);
  for (const { name } of host.roles) {
    const offset = PORT_OFFSETS[`${name}/${port}`];
    if (offset !== undefined) return base + offset + host.index - 1;
  }
  throw new Error(`no port of this machine is set aside for ${port} of host ${host.name}`);
}
