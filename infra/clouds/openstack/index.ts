/** OpenStack: instances as hosts. */
import type { Lab } from '../../lab.ts';
import type { Cloud, CloudOptions } from '../cloud.ts';

export function createOpenstackCloud(_lab: Lab, _options: CloudOptions): Cloud {
  throw new Error('not there yet');
}
