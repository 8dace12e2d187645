/** From a cloud's name to its implementation: the only place where names of clouds are told apart. */
import type { CloudName } from '../config.ts';
import type { Lab } from '../lab.ts';
import type { Cloud } from './cloud.ts';

/** Each is loaded only when it is chosen, as a cloud's SDK takes its time. */
const CLOUDS: Record<CloudName, (lab: Lab, projectDir: string) => Promise<Cloud>> = {
  local: async (lab, projectDir) => (await import('./local/index.ts')).createLocalCloud(lab, projectDir),
  azure: async (lab, projectDir) => (await import('./azure/index.ts')).createAzureCloud(lab, projectDir),
};

/** The cloud that a lab's configuration names, with the lab's networks and addresses asked for. */
export function chooseCloud(lab: Lab, projectDir: string): Promise<Cloud> {
  return CLOUDS[lab.config.cloud](lab, projectDir);
}
