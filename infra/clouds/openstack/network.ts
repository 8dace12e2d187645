/** The network of a lab on OpenStack: a network with a way out, and for each host its port with a security group of its own. */
import * as openstack from '@pulumi/openstack';
import type * as pulumi from '@pulumi/pulumi';
import { addressIn, type Cidr, formatCidr } from '../../cidr.ts';
import { hostNumber } from '../../host-number.ts';
import { networksOf, type SourceNetworks } from '../../inventory.ts';
import type { Host, Lab } from '../../lab.ts';
import { resourceName } from '../../naming.ts';
import type { PortSource } from '../../roles.ts';
import { describeSources, hostsSubnet } from '../own-network.ts';
import type { Choices } from './choices.ts';
import { describeOwner, type LabOwner } from './names.ts';
import { hasFloatingIp } from './needs.ts';

/** What the cloud hands out by itself, such as to its servers of addresses and names: below the numbers of the hosts. */
const OTHERS = { from: 2, to: 39 };

export type LabNetwork = {
  hosts: ReadonlyMap<string, HostNetwork>;
  sources: SourceNetworks;
};

export type HostNetwork = {
  /** In the lab's network. */
  internal: string;
  /** Its floating IP, or its internal address where it has none. */
  reachedAt: pulumi.Input<string>;
  /** Name of the host with a floating IP through which its SSH is reached, where it has none itself. */
  via?: string;
  /** Neutron's id of its port: known when its address and firewall are there. */
  portId: pulumi.Output<string>;
  /** What has to be there before it is reached from outside, and before it reaches anything outside. */
  reached: pulumi.Resource[];
};

/** @param entrance the host through which those without a floating IP are reached */
export function createNetwork(lab: Lab, choices: Choices, owner: LabOwner, entrance: Host): LabNetwork {
  const description = describeOwner(owner);
  const subnet = hostsSubnet(lab.config);
  const name = resourceName(lab.stack);
  const { dnsServers } = lab.config;
  const network = new openstack.networking.Network('network', { name, description, adminStateUp: true });
  const hostsNetwork = new openstack.networking.Subnet('hosts', {
    name,
    description,
    networkId: network.id,
    ipVersion: 4,
    cidr: formatCidr(subnet),
    gatewayIp: addressIn(subnet, 1),
    allocationPools: [{ start: addressIn(subnet, OTHERS.from), end: addressIn(subnet, OTHERS.to) }],
    ...(dnsServers.length === 0 ? {} : { dnsNameservers: dnsServers }),
  });
  const router = new openstack.networking.Router('router', {
    name,
    description,
    adminStateUp: true,
    externalNetworkId: choices.externalNetwork.id,
  });
  const wayOut = new openstack.networking.RouterInterface('way-out', {
    routerId: router.id,
    subnetId: hostsNetwork.id,
  });
  const sources = describeSources(lab);
  const place: Place = {
    lab,
    choices,
    description,
    subnet,
    subnetId: hostsNetwork.id,
    network,
    wayOut,
    sources,
    entrance,
  };
  return { sources, hosts: new Map(lab.hosts.map((host) => [host.name, createHostNetwork(host, place)])) };
}

type Place = {
  lab: Lab;
  choices: Choices;
  description: string;
  subnet: Cidr;
  subnetId: pulumi.Output<string>;
  network: openstack.networking.Network;
  wayOut: openstack.networking.RouterInterface;
  sources: SourceNetworks;
  entrance: Host;
};

function createHostNetwork(host: Host, place: Place): HostNetwork {
  const { lab, choices, description, subnet, subnetId, network, wayOut, entrance } = place;
  const isPublic = hasFloatingIp(host);
  const internal = addressIn(subnet, hostNumber(host));
  const group = createSecurityGroup(host, isPublic, place);
  const port = new openstack.networking.Port(`${host.name}-port`, {
    name: resourceName(lab.stack, host.name),
    description,
    networkId: network.id,
    adminStateUp: true,
    fixedIps: [{ subnetId, ipAddress: internal }],
    securityGroupIds: [group.id],
  });
  if (!isPublic) return { internal, reachedAt: internal, via: entrance.name, portId: port.id, reached: [wayOut] };
  const floatingIp = new openstack.networking.FloatingIp(`${host.name}-address`, {
    description,
    pool: choices.externalNetwork.name,
  });
  const association = new openstack.networking.FloatingIpAssociate(
    `${host.name}-address`,
    { floatingIp: floatingIp.address, portId: port.id },
    // Neutron refuses an address that no router leads to.
    { dependsOn: wayOut },
  );
  return { internal, reachedAt: floatingIp.address, portId: port.id, reached: [association] };
}

/** A group with a rule for each declared port and each network that may reach it; what it lets out is OpenStack's own default: all. */
function createSecurityGroup(
  host: Host,
  isPublic: boolean,
  { lab, description, subnet, sources, entrance }: Place,
): openstack.networking.SecGroup {
  const group = new openstack.networking.SecGroup(`${host.name}-firewall`, {
    name: resourceName(lab.stack, host.name),
    description,
  });
  const remoteNetworks = (from: PortSource): readonly string[] =>
    // As on the host's own firewall: whoever comes through another host comes from that one's address.
    from === 'admin' && !isPublic ? [`${addressIn(subnet, hostNumber(entrance))}/32`] : networksOf(sources, from);
  for (const { name, port, protocol, from, reason } of host.ports) {
    remoteNetworks(from).forEach((remoteIpPrefix, position) => {
      new openstack.networking.SecGroupRule(`${host.name}-allow-${name}${position === 0 ? '' : `-${position + 1}`}`, {
        description: reason,
        securityGroupId: group.id,
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol,
        portRangeMin: port,
        portRangeMax: port,
        remoteIpPrefix,
      });
    });
  }
  return group;
}
