/** From a cloud's name to its implementation: the only place where names of clouds are told apart. */
import type { CloudName } from '../config.ts';
import type { Lab } from '../lab.ts';
import type { Cloud, CloudOptions } from './cloud.ts';

/** Each is loaded only when it is chosen, as a cloud's SDK takes its time. */
const CLOUDS: Record<CloudName, (lab: Lab, options: CloudOptions) => Promise<Cloud>> = {
  local: async (lab, options) => (await import('./local/index.ts')).createLocalCloud(lab, options),
  azure: async (lab, options) => (await import('./azure/index.ts')).createAzureCloud(lab, options),
  openstack: async (lab, options) => (await import('./openstack/index.ts')).createOpenstackCloud(lab, options),
};

/** The cloud that a lab's configuration names, with the lab's networks and addresses asked for. */
export function chooseCloud(lab: Lab, options: CloudOptions): Promise<Cloud> {
  return CLOUDS[lab.config.cloud](lab, options);
}
