/** What hosts boot from where the cloud has no object store for it: brought to each over SSH, while it installs its packages. */
import { readFileSync } from 'node:fs';
import * as command from '@pulumi/command';
import type * as openstack from '@pulumi/openstack';
import * as pulumi from '@pulumi/pulumi';
import type { LabConfig } from '../../config.ts';
import type { Host } from '../../lab.ts';
import { SSH_HOST_KEY } from '../../secrets.ts';
import type { HostFiles } from '../../variables.ts';
import type { HostBoot, HostOffer } from '../cloud.ts';
import type { HostNetwork } from './network.ts';

/** Where the host looks for it, as root alone may. */
const PLACE = '/var/lib/lab/offer';
/** Where the operator may put it. */
const ARRIVALS = '/home/lab/arrivals';

/** Where a host will find what is brought to it. The name of the last file says of which boot it is. */
export function announceFiles({ artifacts, secretFiles, version }: HostOffer): pulumi.Output<HostFiles> {
  const found = artifacts.map(({ name, sha256 }) => ({ name, sha256, url: `file://${PLACE}/${sha256}.tar.gz` }));
  return pulumi.all([pulumi.secret(secretFiles), version]).apply(([secrets, version]) => ({
    artifacts: found,
    secretsUrl: `file://${PLACE}/${version}.json`,
    sshHostKey: secrets[SSH_HOST_KEY] ?? '',
  }));
}

export type Delivery = {
  host: Host;
  boot: HostBoot;
  instance: openstack.compute.Instance;
  network: HostNetwork;
  /** The host through which it is reached, where it has no floating IP. */
  entrance: { name: string; network: HostNetwork } | undefined;
  config: Pick<LabConfig, 'readyTimeout'>;
};

/** Brings it. @returns known when all is there */
export function deliverFiles({ host, boot, instance, network, entrance, config }: Delivery): pulumi.Output<unknown> {
  const { login, artifacts, secretFiles, version } = boot;
  const privateKey = pulumi.secret(readFileSync(login.keyFile, 'utf8'));
  const loginOn = (name: string, address: pulumi.Input<string>): command.types.input.remote.ProxyConnectionArgs => ({
    host: address,
    user: 'lab',
    privateKey,
    hostKey: pulumi.output(login.hostKeys).apply((keys) => keys[name] ?? ''),
    // A machine that boots does not answer at first; how long it may take says the limit below.
    dialErrorLimit: -1,
  });
  const connection = {
    ...loginOn(host.name, network.reachedAt),
    ...(entrance === undefined ? {} : { proxy: loginOn(entrance.name, entrance.network.reachedAt) }),
  };
  const triggers = [instance.id];
  const options = {
    dependsOn: [...network.reached, ...(entrance?.network.reached ?? [])],
    customTimeouts: { create: `${config.readyTimeout}s` },
  };
  const ready = new command.remote.Command(
    `${host.name}-arrivals`,
    { connection, triggers, create: `install -d -m 0700 ${ARRIVALS}` },
    options,
  );
  const copies = artifacts.map(
    ({ name, sha256, path }) =>
      new command.remote.CopyToRemote(
        `${host.name}-${name}`,
        {
          connection,
          triggers,
          source: new pulumi.asset.FileAsset(path),
          remotePath: `${ARRIVALS}/${sha256}.tar.gz`,
        },
        { ...options, dependsOn: ready },
      ),
  );
  const delivered = new command.remote.Command(
    `${host.name}-delivery`,
    {
      connection,
      triggers,
      create: pulumi.interpolate`sudo sh -euc 'umask 077; mkdir -p ${PLACE}; find ${ARRIVALS} -type f -exec mv -t ${PLACE} {} +; cat >${PLACE}/arriving; mv ${PLACE}/arriving ${PLACE}/${version}.json'`,
      // Last, as this is what the host waits for; by this way it is never in a file of anybody but root.
      stdin: pulumi.secret(secretFiles).apply((files) => JSON.stringify(files)),
      logging: 'none',
    },
    { ...options, dependsOn: [ready, ...copies], additionalSecretOutputs: ['stdin'] },
  );
  return delivered.id;
}
