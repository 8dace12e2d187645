/** The network of a lab on Azure: one virtual network, and for each host its addresses and its own security group. */
import * as network from '@pulumi/azure-native/network/index.js';
import * as pulumi from '@pulumi/pulumi';
import { addressIn, type Cidr, formatCidr } from '../../cidr.ts';
import { hostNumber } from '../../host-number.ts';
import {
  type CloudServices,
  type HostAddresses,
  type Inventory,
  networksOf,
  type SourceNetworks,
} from '../../inventory.ts';
import type { Host, Lab } from '../../lab.ts';
import { resourceName } from '../../naming.ts';
import { isOutside, isPublic } from '../../roles.ts';
import { describeSources, hostsSubnet } from '../own-network.ts';
import type { LabGroup } from './group.ts';
import { globalName } from './names.ts';

/** Azure's bounds of a rule's priority are 100 and 4096; the lower comes first. */
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 4096;

export type LabNetwork = {
  virtualNetwork: network.VirtualNetwork;
  hosts: ReadonlyMap<string, HostNetwork>;
  sources: SourceNetworks;
};

export type HostNetwork = {
  /** In the lab's network. */
  internal: string;
  /** The name or address by which the host is reached from outside. */
  reachedAt: pulumi.Output<string>;
  nic: network.NetworkInterface;
};

export function createNetwork(lab: Lab, at: LabGroup): LabNetwork {
  const subnet = hostsSubnet(lab.config);
  const virtualNetwork = new network.VirtualNetwork('network', {
    ...at.common,
    virtualNetworkName: resourceName(lab.stack),
    addressSpace: { addressPrefixes: [formatCidr({ first: subnet.first - (subnet.first % 2 ** 16), bits: 16 })] },
  });
  const hosts = new network.Subnet('hosts', {
    resourceGroupName: at.common.resourceGroupName,
    virtualNetworkName: virtualNetwork.name,
    subnetName: 'hosts',
    addressPrefix: formatCidr(subnet),
    // A host reaches the internet through its own public address, and through no other that Azure might lend it.
    defaultOutboundAccess: false,
  });
  const sources = describeSources(lab);
  return {
    virtualNetwork,
    sources,
    hosts: new Map(
      lab.hosts.map((host) => [host.name, createHostNetwork(host, { at, subnetId: hosts.id, subnet, sources })]),
    ),
  };
}

type Place = {
  at: LabGroup;
  subnetId: pulumi.Output<string>;
  subnet: Cidr;
  sources: SourceNetworks;
};

function createHostNetwork(host: Host, { at, subnetId, subnet, sources }: Place): HostNetwork {
  const { stack, location } = at.config;
  const hasName = host.ports.some(({ from }) => isPublic(from));
  const label = at.suffix.apply((suffix) => globalName(stack, host.name, suffix));
  // Every host has one: it is how its SSH is reached, and its way out, which costs less than a NAT gateway for the lab.
  const address = new network.PublicIPAddress(`${host.name}-address`, {
    ...at.common,
    publicIpAddressName: resourceName(stack, `${host.name}-address`),
    sku: { name: 'Standard' },
    publicIPAllocationMethod: 'Static',
    ...(hasName ? { dnsSettings: { domainNameLabel: label } } : {}),
  });
  const group = new network.NetworkSecurityGroup(`${host.name}-firewall`, {
    ...at.common,
    networkSecurityGroupName: resourceName(stack, `${host.name}-firewall`),
    securityRules: describeRules(host, sources),
  });
  const internal = addressIn(subnet, hostNumber(host));
  const nic = new network.NetworkInterface(`${host.name}-nic`, {
    ...at.common,
    networkInterfaceName: resourceName(stack, `${host.name}-nic`),
    networkSecurityGroup: { id: group.id },
    ipConfigurations: [
      {
        name: 'lab',
        subnet: { id: subnetId },
        privateIPAllocationMethod: 'Static',
        privateIPAddress: internal,
        publicIPAddress: { id: address.id },
      },
    ],
  });
  const reachedAt = hasName
    ? label.apply((name) => `${name}.${location}.cloudapp.azure.com`)
    : address.ipAddress.apply((ip) => ip ?? '');
  return { internal, reachedAt, nic };
}

/** A rule for each declared port, then one that denies the rest: Azure's own rules let the whole virtual network in. */
export function describeRules(host: Pick<Host, 'ports'>, sources: SourceNetworks): RuleInputs[] {
  const allowed = host.ports.map(
    ({ name, port, protocol, from, reason }, position): RuleInputs => ({
      name: `allow-${name}`,
      description: reason,
      priority: FIRST_PRIORITY + 10 * position,
      direction: 'Inbound',
      access: 'Allow',
      protocol: protocol === 'tcp' ? 'Tcp' : 'Udp',
      ...describeSource(networksOf(sources, from)),
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: String(port),
    }),
  );
  return [
    ...allowed,
    {
      name: 'deny-everything-else',
      description: 'what is not declared is closed',
      priority: LAST_PRIORITY,
      direction: 'Inbound',
      access: 'Deny',
      protocol: '*',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '*',
    },
  ];
}

/** Azure takes one network by one property and several by another. */
function describeSource(
  networks: readonly string[],
): Pick<RuleInputs, 'sourceAddressPrefix' | 'sourceAddressPrefixes'> {
  const [network, ...more] = networks;
  if (network === undefined) throw new Error('a port that is open to nobody');
  return more.length === 0 ? { sourceAddressPrefix: network } : { sourceAddressPrefixes: [...networks] };
}

/** Of Azure's security rules, what the lab says. */
export type RuleInputs = {
  name: string;
  description: string;
  priority: number;
  direction: 'Inbound';
  access: 'Allow' | 'Deny';
  protocol: 'Tcp' | 'Udp' | '*';
  sourceAddressPrefix?: string;
  sourceAddressPrefixes?: string[];
  sourcePortRange: '*';
  destinationAddressPrefix: '*';
  destinationPortRange: string;
};

/** The inventory, known once Azure has given the public addresses. */
export function describeInventory(
  lab: Lab,
  { hosts, sources }: LabNetwork,
  services: pulumi.Input<CloudServices>,
): pulumi.Output<Inventory> {
  const reached = Object.fromEntries([...hosts].map(([name, { reachedAt }]) => [name, reachedAt]));
  return pulumi.all([pulumi.all(reached), services]).apply(([reachedAt, services]) => ({
    hosts: Object.fromEntries(
      lab.hosts.map((host): [string, HostAddresses] => [
        host.name,
        {
          internal: hosts.get(host.name)?.internal ?? '',
          published: Object.fromEntries(
            host.ports
              .filter(({ from }) => isOutside(from))
              .map(({ name, port }) => [name, { host: reachedAt[host.name] ?? '', port }]),
          ),
        },
      ]),
    ),
    services,
    sources,
  }));
}
