/** Which number each host has in the lab's network: fixed for each kind of host, so that one more runner moves nobody. */
import { type Cidr, formatCidr } from './cidr.ts';
import { type Host, hasRole, type Lab } from './lab.ts';
import { ROLES, type RoleName } from './roles.ts';

/** The numbers set aside for a kind of host: a power of two of them, from a multiple of that on, so that they are one network. */
type Numbers = { first: number; count: 1 | 2 | 4 | 8 };

const NUMBERS: Record<RoleName, Numbers> = {
  web: { first: 40, count: 1 },
  database: { first: 41, count: 1 },
  storage: { first: 42, count: 1 },
  function: { first: 43, count: 1 },
  container: { first: 44, count: 1 },
  kafka: { first: 48, count: 4 },
  ci: { first: 64, count: 8 },
  // On the first runner's host.
  git: { first: 64, count: 1 },
};

/** From 40; by its first role, and its index among hosts of its kind. @throws Error where the host has no role */
export function hostNumber(host: Host): number {
  const [role] = host.roles;
  if (role === undefined) throw new Error(`no address is set aside for host ${host.name}`);
  return NUMBERS[role.name].first + host.index - 1;
}

/**
 * The network of all hosts that have a role, also of those that are still to come: what a firewall lets in for that role.
 * @param network in which the host with number 0 would have the first address
 */
export function describeRoleNetworks(
  { hosts, config }: Pick<Lab, 'hosts' | 'config'>,
  network: Cidr,
): Record<RoleName, string> {
  const numbersOf = (role: RoleName): Numbers => {
    const [only] = hosts;
    return config.hosts === 'one' && only !== undefined && hasRole(only, role)
      ? { first: hostNumber(only), count: 1 }
      : NUMBERS[role];
  };
  const networks = Object.keys(ROLES).map((name) => {
    const { first, count } = numbersOf(name as RoleName);
    return [name, formatCidr({ first: network.first + first, bits: 32 - Math.log2(count) })] as const;
  });
  return Object.fromEntries(networks) as Record<RoleName, string>;
}
