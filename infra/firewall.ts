/** Renders a host's own firewall from the ports that are declared for it. */
import { type Inventory, networksOf, type SourceNetworks, sourcesOf } from './inventory.ts';
import type { Host } from './lab.ts';
import type { Port } from './roles.ts';
import type { ContainerInstance } from './services.ts';

/** Where clouds tell a machine about itself and give it the tokens of its identity; Azure's second one is also its name server. */
const METADATA = '169.254.169.254';
const AZURE_HOST = '168.63.129.16';

/** The rules of a container instance with a network of its own: its port from its sources, and no connection of its own making. */
export function renderContainerFirewall({ name, port }: ContainerInstance, sources: SourceNetworks): string {
  const accept = renderRule(port, networksOf(sources, port.from));
  return `table inet ${name}
delete table inet ${name}
table inet ${name} {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    icmp type echo-request accept
${accept}
  }
  chain output {
    type filter hook output priority filter; policy drop;
    oif lo accept
    ct state established,related accept
  }
}
`;
}

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
  const rules = ports.map((port) => renderRule(port, sourcesOf(inventory, host, port.from)));
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

function renderRule({ name, port, protocol, reason }: Port, networks: readonly string[]): string {
  const source = networks.includes('0.0.0.0/0') ? '' : `ip saddr { ${networks.join(', ')} } `;
  return `    ${source}${protocol} dport ${port} accept comment "${name}: ${reason}"`;
}
