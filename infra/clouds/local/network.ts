/** The lab's network on the container engine. */
import * as docker from '@pulumi/docker';
import { addressIn, formatCidr } from '../../cidr.ts';
import type { LabConfig } from '../../config.ts';
import { PROJECT, PROJECT_LABEL, resourceName, STACK_LABEL } from '../../naming.ts';
import { labSubnet } from './addresses.ts';

/** Labels of everything that belongs to a lab: `./lab down` asks the engine by them what is left. */
export function labelsOf(stack: string, more: Record<string, string> = {}): { label: string; value: string }[] {
  return Object.entries({ [PROJECT_LABEL]: PROJECT, [STACK_LABEL]: stack, ...more }).map(([label, value]) => ({
    label,
    value,
  }));
}

export function createNetwork(config: LabConfig): docker.Network {
  const subnet = labSubnet(config);
  return new docker.Network('network', {
    name: resourceName(config.stack),
    driver: 'bridge',
    ipamConfigs: [{ subnet: formatCidr(subnet), gateway: addressIn(subnet, 1) }],
    labels: labelsOf(config.stack),
  });
}
