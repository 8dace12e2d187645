/** From a cloud's name to what the launcher asks of it; loads no Pulumi. */
import type { CloudName } from '../config.ts';
import type { CloudTarget } from './target.ts';

const TARGETS: Record<CloudName, () => Promise<CloudTarget>> = {
  local: async () => (await import('./local/target.ts')).localTarget,
  azure: async () => (await import('./azure/target.ts')).azureTarget,
  openstack: async () => (await import('./openstack/target.ts')).openstackTarget,
};

export function targetOf(cloud: CloudName): Promise<CloudTarget> {
  return TARGETS[cloud]();
}
