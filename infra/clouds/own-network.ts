/** The addresses of a lab that has a network of its own on a cloud, where it meets nobody. */
import { type Cidr, formatCidr, parseCidr } from '../cidr.ts';
import type { LabConfig } from '../config.ts';
import type { PortSource } from '../roles.ts';

/** The hosts' subnet where `lab:subnet` is auto. */
const SUBNET = '10.80.0.0/24';

export function hostsSubnet({ subnet }: Pick<LabConfig, 'subnet'>): Cidr {
  const cidr = parseCidr(subnet === 'auto' ? SUBNET : subnet);
  if (cidr === undefined) throw new Error(`${subnet} is not a network`);
  return cidr;
}

/** The networks behind each source of a port. */
export function describeSources(config: LabConfig): Record<PortSource, string[]> {
  return {
    internet: ['0.0.0.0/0'],
    admin: [config.adminCidr],
    plaintext: config.kafkaPlaintextFrom === undefined ? [] : [config.kafkaPlaintextFrom],
    lab: [formatCidr(hostsSubnet(config))],
  };
}
