/** Which number each host has in the lab's network: fixed for each kind of host, so that one more runner moves nobody. */
import type { Host } from './lab.ts';

const FIRST: Record<string, number> = {
  web: 40,
  database: 41,
  storage: 42,
  function: 43,
  container: 44,
  kafka: 50,
  git: 60,
  ci: 60,
};

/** From 40; by its first role, and its index among hosts of its kind. */
export function hostNumber(host: Host): number {
  const first = FIRST[host.roles[0]?.name ?? ''];
  if (first === undefined) throw new Error(`no address is set aside for host ${host.name}`);
  return first + host.index - 1;
}
