/** Storage accounts of a lab: one from which hosts start, by addresses that end; one for the apps, by the identity of their hosts. */
import * as authorization from '@pulumi/azure-native/authorization/index.js';
import * as managedidentity from '@pulumi/azure-native/managedidentity/index.js';
import * as storage from '@pulumi/azure-native/storage/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { Host, Lab } from '../../lab.ts';
import { resourceName } from '../../naming.ts';
import type { HostFiles } from '../../variables.ts';
import type { HostOffer } from '../cloud.ts';
import { hoursAfter, Moment } from '../moment.ts';
import { unpackArtifact } from '../unpack-artifact.ts';
import type { LabGroup } from './group.ts';
import { storageAccountName } from './names.ts';

/** For how long a host may fetch what it starts from, counted from when that was last another. */
const FETCH_HOURS = 24;
/** Storage Blob Data Contributor: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
const BLOB_CONTRIBUTOR = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';

export type BootStorage = {
  /** Uploads what a host starts from. */
  offerFiles(host: Host, offer: HostOffer): pulumi.Output<HostFiles>;
  /** Uploads what a service of Azure runs, for whoever has the right to read that container. */
  offerPackage(artifact: Artifact): { url: pulumi.Output<string>; containerId: pulumi.Output<string> };
};

/** An account that nobody reads without a key or a signed address, over TLS alone. */
export function createAccount(
  name: string,
  purpose: Parameters<typeof storageAccountName>[0],
  at: LabGroup,
  more: Partial<storage.StorageAccountArgs> = {},
): storage.StorageAccount {
  return new storage.StorageAccount(name, {
    ...at.common,
    accountName: at.suffix.apply((suffix) => storageAccountName(purpose, at.config.stack, suffix)),
    kind: 'StorageV2',
    sku: { name: 'Standard_LRS' },
    allowBlobPublicAccess: false,
    enableHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
    ...more,
  });
}

/** What hosts start from: artifacts, named by their content, and each host's secrets. */
export function createBootStorage(at: LabGroup): BootStorage {
  const account = createAccount('boot-storage', 'boot', at);
  const place = { resourceGroupName: at.common.resourceGroupName, accountName: account.name };
  const artifacts = new storage.BlobContainer('artifacts', { ...place, containerName: 'artifacts' });
  const secrets = new storage.BlobContainer('secrets', { ...place, containerName: 'secrets' });
  const uploaded = new Map<string, storage.Blob>();

  const upload = ({ name, sha256, path }: Artifact): storage.Blob => {
    const blob =
      uploaded.get(sha256) ??
      new storage.Blob(`artifact-${name}`, {
        ...place,
        containerName: artifacts.name,
        blobName: `${sha256}.tar.gz`,
        contentType: 'application/gzip',
        source: new pulumi.asset.FileAsset(path),
      });
    uploaded.set(sha256, blob);
    return blob;
  };

  /** What is to be added to an address that may then be read until a moment. */
  const sign = (resource: 'b' | 'c', path: pulumi.Input<string>, until: pulumi.Input<string>): pulumi.Output<string> =>
    storage.listStorageAccountServiceSASOutput({
      ...place,
      canonicalizedResource: pulumi.interpolate`/blob/${account.name}/${path}`,
      resource,
      permissions: 'r',
      protocols: 'https',
      sharedAccessExpiryTime: until,
    }).serviceSasToken;

  return {
    offerPackage(artifact) {
      const packages = new storage.BlobContainer('packages', { ...place, containerName: 'packages' });
      const blob = new storage.Blob(`package-${artifact.name}`, {
        ...place,
        containerName: packages.name,
        blobName: `${artifact.sha256}.zip`,
        contentType: 'application/zip',
        source: new pulumi.asset.FileArchive(unpackArtifact(artifact)),
      });
      return { url: blob.url, containerId: packages.id };
    },

    offerFiles(host, offer) {
      const begun = new Moment(`${host.name}-offer`, offer.version);
      const until = begun.at.apply((at) => hoursAfter(at, FETCH_HOURS));
      const secretName = pulumi.interpolate`${host.name}-${offer.version}.json`;
      const secret = new storage.Blob(`${host.name}-secrets`, {
        ...place,
        containerName: secrets.name,
        blobName: secretName,
        contentType: 'application/json',
        source: pulumi.secret(offer.secretFiles).apply((files) => new pulumi.asset.StringAsset(JSON.stringify(files))),
      });
      const secretsUrl = pulumi.interpolate`${secret.url}?${sign('b', pulumi.interpolate`${secrets.name}/${secretName}`, until)}`;
      const token = offer.artifacts.length === 0 ? '' : sign('c', artifacts.name, until);
      const sources = offer.artifacts.map((artifact) =>
        pulumi
          .all([upload(artifact).url, token])
          .apply(([url, token]) => ({ name: artifact.name, sha256: artifact.sha256, url: `${url}?${token}` })),
      );
      return pulumi
        .all([pulumi.all(sources), pulumi.secret(secretsUrl)])
        .apply(([artifacts, secretsUrl]) => ({ artifacts, secretsUrl }));
    },
  };
}

export type BlobStorage = {
  /** The account's address. */
  url: pulumi.Output<string>;
  /** The identity of a host that stores blobs: without any key, it may read and write those of this account. */
  identityOf(host: Host): pulumi.Output<string> | undefined;
};

/** What the apps store. There is no key to it: only identities that were given the right. */
export function createBlobStorage(lab: Lab, at: LabGroup): BlobStorage {
  const account = createAccount('blob-storage', 'blob', at, { allowSharedKeyAccess: false });
  const identities = new Map(
    lab.hosts
      .filter(({ roles }) => roles.some(({ identityUser }) => identityUser !== undefined))
      .map((host) => [host.name, createIdentity(host, account, at)] as const),
  );
  return {
    url: account.primaryEndpoints.apply(({ blob }) => blob.replace(/\/$/, '')),
    identityOf: ({ name }) => identities.get(name),
  };
}

/** @returns its resource id, once it has its right: a machine that boots with it can use it */
function createIdentity(host: Host, account: storage.StorageAccount, at: LabGroup): pulumi.Output<string> {
  const identity = new managedidentity.UserAssignedIdentity(`${host.name}-identity`, {
    ...at.common,
    resourceName: resourceName(at.config.stack, `${host.name}-identity`),
  });
  const right = new authorization.RoleAssignment(`${host.name}-blobs`, {
    principalId: identity.principalId,
    // Without it, Azure may look for the identity before it knows of it.
    principalType: 'ServicePrincipal',
    roleDefinitionId: roleDefinition(BLOB_CONTRIBUTOR, at),
    scope: account.id,
    description: `host ${host.name} stores blobs`,
  });
  return pulumi.all([identity.id, right.id]).apply(([id]) => id);
}

/** The resource id of a built-in role. */
export function roleDefinition(role: string, { subscriptionId }: LabGroup): pulumi.Output<string> {
  return pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}
