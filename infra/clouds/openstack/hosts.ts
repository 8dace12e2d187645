/** A host on OpenStack: an instance of Debian's image, and the volume that outlives it. */
import * as openstack from '@pulumi/openstack';
import * as pulumi from '@pulumi/pulumi';
import type { Host, Lab } from '../../lab.ts';
import { EXPIRES_LABEL, HOST_LABEL, PROJECT, PROJECT_LABEL, resourceName, STACK_LABEL } from '../../naming.ts';
import type { HostBoot, Machine } from '../cloud.ts';
import type { Choices } from './choices.ts';
import type { HostNetwork } from './network.ts';
import { DATA_DISK_GIB, systemVolumeOf } from './sizes.ts';

export type OpenstackHostOptions = {
  host: Host;
  boot: HostBoot;
  lab: Lab;
  choices: Choices;
  network: HostNetwork;
  keyPair: openstack.compute.Keypair;
  expires: pulumi.Output<string> | undefined;
};

/** A machine with all that it boots from; it is there when its volume is attached. */
export function createHost({ host, boot, lab, choices, network, keyPair, expires }: OpenstackHostOptions): Machine {
  const { image, flavors } = choices;
  const flavor = flavors.get(host.name);
  if (flavor === undefined) throw new Error(`no flavor was chosen for host ${host.name}`);
  const systemVolume = systemVolumeOf(flavor, image);
  const metadata = {
    [PROJECT_LABEL]: PROJECT,
    [STACK_LABEL]: lab.stack,
    [HOST_LABEL]: host.name,
    ...(expires === undefined ? {} : { [EXPIRES_LABEL]: expires }),
  };
  const instance = new openstack.compute.Instance(
    host.name,
    {
      name: resourceName(lab.stack, host.name),
      flavorName: flavor.name,
      imageId: image.id,
      keyPair: keyPair.name,
      networks: [{ port: network.portId }],
      // Where the address of a host is on it, no server of addresses has to answer first; user-data is nobody's but root's there.
      configDrive: true,
      userData: boot.userData,
      metadata,
      ...(systemVolume === undefined
        ? {}
        : {
            blockDevices: [
              {
                uuid: image.id,
                sourceType: 'image',
                destinationType: 'volume',
                volumeSize: systemVolume,
                bootIndex: 0,
                deleteOnTermination: true,
              },
            ],
          }),
    },
    // Its port and volume take one machine at a time.
    { deleteBeforeReplace: true, dependsOn: network.reached },
  );
  if (!host.keepsData) return { host, resource: instance, id: instance.id };
  const attachment = attachVolume(host, instance, lab);
  return { host, resource: instance, id: pulumi.all([instance.id, attachment.id]).apply(([id]) => id) };
}

function attachVolume(host: Host, instance: openstack.compute.Instance, lab: Lab): openstack.compute.VolumeAttach {
  const volume = new openstack.blockstorage.Volume(`${host.name}-data`, {
    name: resourceName(lab.stack, `${host.name}-data`),
    size: DATA_DISK_GIB,
    metadata: { [PROJECT_LABEL]: PROJECT, [STACK_LABEL]: lab.stack, [HOST_LABEL]: host.name },
  });
  return new openstack.compute.VolumeAttach(
    `${host.name}-data`,
    { instanceId: instance.id, volumeId: volume.id },
    { deleteBeforeReplace: true },
  );
}
