/** A host on Azure: a virtual machine of Debian's own image, and the disk that outlives it. */
import * as compute from '@pulumi/azure-native/compute/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Host } from '../../lab.ts';
import { HOST_LABEL, resourceName } from '../../naming.ts';
import type { HostBoot, Machine } from '../cloud.ts';
import { encodeUserData } from '../user-data.ts';
import { DATA_DISK_GIB, OS_DISK_GIB } from './bill.ts';
import type { LabGroup } from './group.ts';
import type { HostNetwork } from './network.ts';
import { scheduleShutdown } from './shutdown.ts';
import { chooseSize } from './sizes.ts';

/** Debian 13, of generation 2 as Trusted Launch wants it: https://wiki.debian.org/Cloud/MicrosoftAzure */
const IMAGE = { publisher: 'Debian', offer: 'debian-13', sku: '13-gen2', version: 'latest' };

export type AzureHostOptions = {
  host: Host;
  boot: HostBoot;
  at: LabGroup;
  network: HostNetwork;
  /** Resource id of its identity, where it has one. */
  identity: pulumi.Output<string> | undefined;
};

/** A machine with all that it boots from, whose shutdown is on the calendar. */
export function createHost({ host, boot, at, network, identity }: AzureHostOptions): Machine {
  const { stack } = at.config;
  const name = resourceName(stack, host.name);
  const data = host.keepsData ? createDataDisk(host, at) : undefined;
  const machine = new compute.VirtualMachine(
    host.name,
    {
      ...at.common,
      tags: { ...at.common.tags, [HOST_LABEL]: host.name },
      vmName: name,
      hardwareProfile: { vmSize: chooseSize(host, at.config) },
      securityProfile: {
        securityType: 'TrustedLaunch',
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      ...(identity === undefined
        ? {}
        : { identity: { type: 'UserAssigned' as const, userAssignedIdentities: [identity] } }),
      osProfile: {
        computerName: host.name,
        adminUsername: 'lab',
        customData: pulumi.output(boot.userData).apply((text) => encodeUserData(text, host.name)),
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          ssh: { publicKeys: [{ keyData: boot.sshPublicKey, path: '/home/lab/.ssh/authorized_keys' }] },
        },
      },
      storageProfile: {
        imageReference: IMAGE,
        osDisk: {
          name: `${name}-system`,
          createOption: 'FromImage',
          deleteOption: 'Delete',
          diskSizeGB: OS_DISK_GIB,
          managedDisk: { storageAccountType: 'StandardSSD_LRS' },
        },
        dataDisks:
          data === undefined
            ? []
            : [{ lun: 0, createOption: 'Attach', deleteOption: 'Detach', managedDisk: { id: data.id } }],
      },
      networkProfile: { networkInterfaces: [{ id: network.nic.id, primary: true, deleteOption: 'Detach' }] },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    },
    {
      // Azure refuses to change these on a machine that is there; its disk, address and names go on to the next one.
      replaceOnChanges: ['osProfile', 'storageProfile.imageReference', 'storageProfile.osDisk'],
      deleteBeforeReplace: true,
    },
  );
  scheduleShutdown(host, machine, name, at);
  return { host, resource: machine, id: machine.id };
}

function createDataDisk(host: Host, at: LabGroup): compute.Disk {
  return new compute.Disk(`${host.name}-data`, {
    ...at.common,
    diskName: resourceName(at.config.stack, `${host.name}-data`),
    creationData: { createOption: 'Empty' },
    diskSizeGB: DATA_DISK_GIB,
    sku: { name: 'StandardSSD_LRS' },
    networkAccessPolicy: 'DenyAll',
    publicNetworkAccess: 'Disabled',
  });
}
