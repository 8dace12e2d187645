/** OpenStack: instances as hosts, and the cloud's object store for what they boot from, where it has one. */
import * as openstack from '@pulumi/openstack';
import * as pulumi from '@pulumi/pulumi';
import type { Host, Lab } from '../../lab.ts';
import { firstHostOf } from '../../lab.ts';
import { resourceName } from '../../naming.ts';
import type { Cloud, CloudOptions } from '../cloud.ts';
import { sshCommandOn } from '../ssh-command.ts';
import { chooseOffers } from './choices.ts';
import { announceFiles, deliverFiles } from './delivery.ts';
import { createHost } from './hosts.ts';
import { describeInventory } from './inventory.ts';
import { createNetwork, type HostNetwork } from './network.ts';
import { findOffers, type Offers } from './offers.ts';
import { createBootStorage } from './storage.ts';

/** Asks the cloud what it offers, by the login that the provider has, too. @throws NoLogin, Problem */
export async function createOpenstackCloud(lab: Lab, options: CloudOptions): Promise<Cloud> {
  const configured = new pulumi.Config('openstack').get('cloud');
  const offers = await findOffers({ env: process.env, configured, projectDir: options.projectDir });
  return buildOpenstackCloud(lab, offers, options);
}

/** @throws Problem where the cloud offers no image, flavor or network that suits the lab */
export function buildOpenstackCloud(lab: Lab, offers: Offers, { expires }: CloudOptions): Cloud {
  const choices = chooseOffers(lab, offers);
  const owner = { stack: lab.stack, userId: offers.userId };
  const entrance = firstHostOf(lab, 'web');
  const network = createNetwork(lab, choices, owner, entrance);
  const networkOf = ({ name }: Pick<Host, 'name'>): HostNetwork => {
    const found = network.hosts.get(name);
    if (found === undefined) throw new Error(`the network has no host ${name}`);
    return found;
  };
  const { objectStore } = offers;
  let keyPair: openstack.compute.Keypair | undefined;
  return {
    inventory: describeInventory(lab, network),
    offerFiles:
      objectStore === undefined ? (_host, offer) => announceFiles(offer) : createBootStorage(objectStore, owner),
    boot: (host, boot) => {
      keyPair ??= new openstack.compute.Keypair('operator', {
        name: resourceName(lab.stack),
        publicKey: boot.sshPublicKey,
      });
      const machine = createHost({ host, boot, lab, choices, network: networkOf(host), keyPair, expires });
      if (objectStore !== undefined) return machine;
      const { via } = networkOf(host);
      const delivered = deliverFiles({
        host,
        boot,
        instance: machine.resource,
        network: networkOf(host),
        entrance: via === undefined ? undefined : { name: via, network: networkOf({ name: via }) },
        config: lab.config,
      });
      return { ...machine, id: pulumi.all([machine.id, delivered]).apply(([id]) => id) };
    },
    commandOn: (host, argv, { keyFile, hostKeys }) => {
      const { reachedAt, via } = networkOf(host);
      const keyOf = (name: string): pulumi.Output<string> => pulumi.output(hostKeys).apply((keys) => keys[name] ?? '');
      const jump =
        via === undefined ? {} : { jump: { address: networkOf({ name: via }).reachedAt, hostKey: keyOf(via) } };
      return sshCommandOn(reachedAt, argv, { keyFile, hostKey: keyOf(host.name), ...jump });
    },
    namesOf: (host) => {
      const { internal, reachedAt } = networkOf(host);
      return pulumi.output(reachedAt).apply((address) => [...new Set([address, host.name, internal])]);
    },
  };
}
