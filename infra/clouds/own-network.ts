/** The addresses of a lab that has a network of its own on a cloud, where it meets nobody. */
import { type Cidr, formatCidr, parseCidr } from '../cidr.ts';
import type { LabConfig } from '../config.ts';
import { describeRoleNetworks } from '../host-number.ts';
import type { SourceNetworks } from '../inventory.ts';
import type { Lab } from '../lab.ts';

/** The hosts' subnet where `lab:subnet` is auto. */
const SUBNET = '10.80.0.0/24';

export function hostsSubnet({ subnet }: Pick<LabConfig, 'subnet'>): Cidr {
  const cidr = parseCidr(subnet === 'auto' ? SUBNET : subnet);
  if (cidr === undefined) throw new Error(`${subnet} is not a network`);
  return cidr;
}

/** The networks behind each source of a port. */
export function describeSources(lab: Pick<Lab, 'config' | 'hosts'>): SourceNetworks {
  const { adminCidr, webCidr, kafkaPlaintextFrom } = lab.config;
  const subnet = hostsSubnet(lab.config);
  const hosts = formatCidr(subnet);
  return {
    internet: ['0.0.0.0/0'],
    // The lab's own hosts are users of its site, too: the Git server asks for runs.
    web: [webCidr === 'admin' ? adminCidr : webCidr, hosts],
    admin: [adminCidr],
    plaintext: kafkaPlaintextFrom === undefined ? [] : [kafkaPlaintextFrom],
    lab: [hosts],
    roles: describeRoleNetworks(lab, subnet),
  };
}
