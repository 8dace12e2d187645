/** The networks behind the sources of ports, for tests of firewalls. */
import { parseCidr } from '../../infra/cidr.ts';
import { describeRoleNetworks } from '../../infra/host-number.ts';
import type { SourceNetworks } from '../../infra/inventory.ts';
import { labWith } from './lab.ts';

/** Nobody is let in but where `changes` says so; roles are in the upper half of 10.0.0.0/24. */
export function sourcesWith(changes: Partial<Omit<SourceNetworks, 'roles'>> = {}): SourceNetworks {
  const network = parseCidr('10.0.0.128/25');
  if (network === undefined) throw new Error('no network');
  const roles = describeRoleNetworks(labWith(), network);
  return { internet: [], web: [], admin: [], plaintext: [], lab: [], ...changes, roles };
}
