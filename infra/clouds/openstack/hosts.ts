/** A host on OpenStack: an instance of Debian's image, and the volume that outlives it. */
import * as openstack from '@pulumi/openstack';
import * as pulumi from '@pulumi/pulumi';
import type { Host, Lab } from '../../lab.ts';
import { EXPIRES_LABEL, HOST_LABEL, PROJECT, PROJECT_LABEL, resourceName, STACK_LABEL } from '../../naming.ts';
import type { HostBoot, Machine } from '../cloud.ts';
import { encodeUserData } from '../user-data.ts';
import type { Choices } from './choices.ts';
import type { HostNetwork } from './network.ts';
import type { Flavor, Image } from './offers.ts';
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

export type OpenstackMachine = Machine & { resource: openstack.compute.Instance };

/** A machine with all that it boots from; its volume is there from the first moment, and goes on to the next machine. */
export function createHost({
  host,
  boot,
  lab,
  choices,
  network,
  keyPair,
  expires,
}: OpenstackHostOptions): OpenstackMachine {
  const { image, flavors } = choices;
  const flavor = flavors.get(host.name);
  if (flavor === undefined) throw new Error(`no flavor was chosen for host ${host.name}`);
  const marks = { [PROJECT_LABEL]: PROJECT, [STACK_LABEL]: lab.stack, [HOST_LABEL]: host.name };
  const data = host.keepsData
    ? new openstack.blockstorage.Volume(`${host.name}-data`, {
        name: resourceName(lab.stack, `${host.name}-data`),
        size: DATA_DISK_GIB,
        metadata: marks,
      })
    : undefined;
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
      userData: pulumi.output(boot.userData).apply((text) => encodeUserData(text, host.name)),
      metadata: { ...marks, ...(expires === undefined ? {} : { [EXPIRES_LABEL]: expires }) },
      blockDevices: describeDisks(flavor, image, data),
      // What keeps data ends its own way.
      stopBeforeDestroy: host.keepsData,
    },
    // Its port and volume take one machine at a time.
    { deleteBeforeReplace: true, dependsOn: network.reached },
  );
  return { host, resource: instance, id: instance.id };
}

type Disk = openstack.types.input.compute.InstanceBlockDevice;

/**
 * What a machine boots from, then what outlives it. They are given at its creation, and go with it: taking a volume from a machine
 * that runs needs the help of its system, which one that does not answer never gives.
 */
function describeDisks(flavor: Flavor, image: Image, data: openstack.blockstorage.Volume | undefined): Disk[] {
  const volumeSize = systemVolumeOf(flavor, image);
  const system = { uuid: image.id, sourceType: 'image', bootIndex: 0, deleteOnTermination: true };
  return [
    volumeSize === undefined
      ? { ...system, destinationType: 'local' }
      : { ...system, destinationType: 'volume', volumeSize },
    ...(data === undefined
      ? []
      : [
          {
            uuid: data.id,
            sourceType: 'volume',
            destinationType: 'volume',
            bootIndex: -1,
            deleteOnTermination: false,
          },
        ]),
  ];
}
