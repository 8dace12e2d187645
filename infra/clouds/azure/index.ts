import type { Lab } from '../../lab.ts';
import type { Cloud } from '../cloud.ts';

export function createAzureCloud(_lab: Lab, _projectDir: string): Cloud {
  throw new Error('to be written');
}
