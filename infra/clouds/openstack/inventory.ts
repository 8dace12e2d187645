/** The inventory of a lab on OpenStack, known once the cloud has given the floating IPs. */
import * as pulumi from '@pulumi/pulumi';
import type { HostAddresses, Inventory } from '../../inventory.ts';
import type { Lab } from '../../lab.ts';
import { isOutside } from '../../roles.ts';
import type { LabNetwork } from './network.ts';

export function describeInventory(lab: Lab, { hosts, sources }: LabNetwork): pulumi.Output<Inventory> {
  const reached = pulumi.all(Object.fromEntries([...hosts].map(([name, { reachedAt }]) => [name, reachedAt])));
  return reached.apply((reachedAt) => ({
    hosts: Object.fromEntries(
      lab.hosts.map(({ name, ports }): [string, HostAddresses] => {
        const host = hosts.get(name);
        if (host === undefined) throw new Error(`the network has no host ${name}`);
        const address = reachedAt[name] ?? host.internal;
        const published = ports
          .filter(({ from }) => isOutside(from))
          .map(({ name: port, port: number }) => [port, { host: address, port: number }]);
        return [
          name,
          {
            internal: host.internal,
            published: Object.fromEntries(published),
            ...(host.via === undefined ? {} : { via: host.via }),
          },
        ];
      }),
    ),
    services: {},
    sources,
  }));
}
