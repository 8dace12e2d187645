/** Renders a host's own firewall from the ports that are declared for it. */
import type { Inventory } from './inventory.ts';
import type { Port } from './roles.ts';

/**
 * The nftables rules of a host: everything that is not declared is dropped. They live in a table of their own and replace
 * only that one, as a container engine keeps rules for its name server in the same place.
 */
export function renderFirewall(ports: readonly Port[], inventory: Inventory): string {
  const rules = ports.map(({ name, port, protocol, from, reason }) => {
    const sources = inventory.sources[from];
    const source = sources.includes('0.0.0.0/0') ? '' : `ip saddr { ${sources.join(', ')} } `;
    return `    ${source}${protocol} dport ${port} accept comment "${name}: ${reason}"`;
  });
  return `#!/usr/sbin/nft -f
table inet lab
delete table inet lab
table inet lab {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    ct state invalid drop
    icmp type echo-request accept
${rules.join('\n')}
  }
}
`;
}
