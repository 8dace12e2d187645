/** What hosts boot from, in the cloud's object store: artifacts and secrets by signed addresses that end. */
import { createHmac } from 'node:crypto';
import * as openstack from '@pulumi/openstack';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { Host } from '../../lab.ts';
import type { HostFiles } from '../../variables.ts';
import type { HostOffer } from '../cloud.ts';
import { hoursAfter, Moment } from '../moment.ts';
import { RandomKey } from '../random-key.ts';
import { containerName, type LabOwner } from './names.ts';
import type { ObjectStore } from './offers.ts';

/** How long a host's addresses can be read: a boot takes minutes, and may be tried again. */
const FETCH_HOURS = 24;

/** Puts what a host boots from into a container that nobody reads without a signature. */
export function createBootStorage(
  store: ObjectStore,
  owner: LabOwner,
): (host: Host, offer: HostOffer) => pulumi.Output<HostFiles> {
  const key = pulumi.secret(new RandomKey('boot-key').key);
  const container = new openstack.objectstorage.Container(
    'boot',
    { name: containerName(owner), metadata: { 'Temp-URL-Key': key }, forceDestroy: true },
    { additionalSecretOutputs: ['metadata'] },
  );
  const uploaded = new Map<string, openstack.objectstorage.ContainerObject>();

  const upload = ({ name, sha256, path }: Artifact): openstack.objectstorage.ContainerObject => {
    const object =
      uploaded.get(sha256) ??
      new openstack.objectstorage.ContainerObject(`artifact-${name}`, {
        containerName: container.name,
        name: `${sha256}.tar.gz`,
        contentType: 'application/gzip',
        source: path,
      });
    uploaded.set(sha256, object);
    return object;
  };
  const sign = (object: openstack.objectstorage.ContainerObject, until: pulumi.Output<string>): pulumi.Output<string> =>
    pulumi
      // Known when the object is there.
      .all([container.name, object.name, object.id, key, until])
      .apply(([folder, name, , secret, at]) => signAddress(store, `${folder}/${name}`, secret, at));

  return (host, offer) => {
    const begun = new Moment(`${host.name}-offer`, offer.version);
    const until = begun.at.apply((at) => hoursAfter(at, FETCH_HOURS));
    const secrets = new openstack.objectstorage.ContainerObject(
      `${host.name}-secrets`,
      {
        containerName: container.name,
        name: pulumi.interpolate`${host.name}-${offer.version}.json`,
        contentType: 'application/json',
        content: pulumi.secret(offer.secretFiles).apply((files) => JSON.stringify(files)),
      },
      { additionalSecretOutputs: ['content'] },
    );
    const sources = offer.artifacts.map((artifact) =>
      sign(upload(artifact), until).apply((url) => ({ name: artifact.name, sha256: artifact.sha256, url })),
    );
    return pulumi
      .all([pulumi.all(sources), sign(secrets, until)])
      .apply(([artifacts, secretsUrl]) => ({ artifacts, secretsUrl }));
  };
}

/**
 * The address by which an object can be read until a moment:
 * https://docs.openstack.org/swift/latest/api/temporary_url_middleware.html
 */
export function signAddress({ url, digest }: ObjectStore, path: string, key: string, until: string): string {
  const expires = Math.floor(Date.parse(until) / 1000);
  const object = new URL(`${url}/${path}`);
  const signature = createHmac(digest, key).update(`GET\n${expires}\n${object.pathname}`).digest('hex');
  return `${object.href}?temp_url_sig=${signature}&temp_url_expires=${expires}`;
}
