import type { CloudTarget } from '../target.ts';

export const azureTarget: CloudTarget = {
  prepare: async () => undefined,
  findObstacles: async () => [],
  listResources: async () => [],
  removeResources: async () => undefined,
};
