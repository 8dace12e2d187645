/** Renders a host's own firewall from the ports that are declared for it. */
import { type Inventory, sourcesOf } from './inventory.ts';
import type { Host } from './lab.ts';

/** Where clouds tell a machine about itself and give it the tokens of its identity; Azure's second one is also its name server. */
const METADATA = '169.254.169.254';
const AZURE_HOST = '168.63.129.16';

/**
 * The nftables rules of a host: everything that is not declared is dropped, and only root and the services that need the machine's
 * identity reach the cloud's metadata; a container only answers. They live in a table of their own and replace only that one, as a
 * container engine keeps rules for its name server in the same place.
 */
export function renderFirewall(
  { name: host, ports, roles }: Pick<Host, 'name' | 'ports' | 'roles'>,
  inventory: Inventory,
): string {
  // Where blobs are no service of the cloud, no service has an identity to ask for.
  const identities =
    inventory.services.blobUrl === undefined ? [] : roles.flatMap(({ identityUser }) => identityUser ?? []);
  const trusted = [0, ...identities].join(', ');
  const answering = roles.flatMap(({ answeringUser }) => answeringUser ?? []);
  const rules = ports.map(({ name, port, protocol, from, reason }) => {
    const sources = sourcesOf(inventory, host, from);
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
  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr ${METADATA} meta skuid != { ${trusted} } drop
    ip daddr ${AZURE_HOST} meta skuid != 0 tcp dport != 53 drop
${answering.map((user) => `    meta skuid ${user} ct state new drop\n`).join('')}  }
}
`;
}
