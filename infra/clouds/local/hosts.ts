/** A host on the local cloud: a container of the system image, and the volume that outlives it. */
import { createHash } from 'node:crypto';
import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { LabConfig } from '../../config.ts';
import { addressesOf, type Inventory } from '../../inventory.ts';
import type { Host } from '../../lab.ts';
import { HOST_LABEL, resourceName } from '../../naming.ts';
import type { HostBoot, Machine } from '../cloud.ts';
import { labelsOf } from './network.ts';
import { describeSystemCallFilter } from './system-calls.ts';

const SEED = '/var/lib/cloud/seed/nocloud';

export type LocalHostOptions = {
  host: Host;
  boot: HostBoot;
  config: LabConfig;
  inventory: Inventory;
  network: docker.Network;
  imageTag: string;
};

export function containerName(stack: string, host: string): string {
  return resourceName(stack, host);
}

/** Where an artifact lies in a host. */
export function artifactPath(sha256: string): string {
  return `/var/lib/lab/artifacts/${sha256}.tar.gz`;
}

/** A host, with everything that it boots from uploaded into it before it starts. */
export function createHost({ host, boot, config, inventory, network, imageTag }: LocalHostOptions): Machine {
  const labels = labelsOf(config.stack, { [HOST_LABEL]: host.name });
  const { internal, published } = addressesOf(inventory, host.name);
  const volume = host.keepsData
    ? new docker.Volume(`${host.name}-data`, { name: resourceName(config.stack, `${host.name}-data`), labels })
    : undefined;
  const container = new docker.Container(
    host.name,
    {
      name: containerName(config.stack, host.name),
      hostname: host.name,
      image: imageTag,
      labels,
      restart: 'unless-stopped',
      // Left off, the engine's own values come back as changes at the next run.
      memory: host.memory,
      memorySwap: host.memory,
      // What keeps data ends its own way; what keeps none is soon there again.
      destroyGraceSeconds: host.keepsData ? 10 : 1,
      stopSignal: 'SIGRTMIN+3',
      // What systemd cannot write to a journal yet, it says on a console: why it could not start, among it.
      tty: true,
      logDriver: 'json-file',
      logOpts: { 'max-size': '1m' },
      ...SYSTEMD_IN_A_CONTAINER,
      networksAdvanced: [{ name: network.name, ipv4Address: internal, aliases: [host.name] }],
      ports: host.ports
        .filter(({ name }) => published[name] !== undefined)
        .map(({ name, port, protocol }) => ({
          internal: port,
          external: published[name]?.port ?? 0,
          ip: '127.0.0.1',
          protocol,
        })),
      volumes: volume === undefined ? [] : [{ volumeName: volume.name, containerPath: '/data' }],
      uploads: pulumi.all([boot.userData, boot.secretFiles]).apply(([userData, secretFiles]) => [
        { file: `${SEED}/user-data`, content: userData, permissions: '0600' },
        { file: `${SEED}/meta-data`, content: describeInstance(host, userData), permissions: '0644' },
        ...boot.artifacts.map(({ sha256, path }) => ({
          file: artifactPath(sha256),
          source: path,
          sourceHash: sha256,
        })),
        ...Object.entries(secretFiles).map(([file, content]) => ({ file, content, permissions: '0600' })),
      ]),
    },
    { deleteBeforeReplace: true, additionalSecretOutputs: ['uploads'] },
  );
  return { host, resource: container, id: container.id };
}

/** What systemd wants of a container engine: its own tree of control groups, mounts, and the kernel calls that come with them. */
const SYSTEMD_IN_A_CONTAINER = {
  command: ['/usr/local/sbin/start-host'],
  envs: ['container=docker', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'],
  capabilities: { adds: ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] },
  securityOpts: [`seccomp=${describeSystemCallFilter()}`, 'apparmor=unconfined'],
  cgroupnsMode: 'private',
  tmpfs: { '/run': '', '/run/lock': '', '/tmp': '' },
};

/** cloud-init takes a machine with another instance-id for a new one. */
function describeInstance(host: Host, userData: string): string {
  const hash = createHash('sha256').update(userData).digest('hex').slice(0, 12);
  return `instance-id: ${host.name}-${hash}\nlocal-hostname: ${host.name}\n`;
}
