/** What plain machines boot from in tests, without a cloud: user-data, and a server for the secrets and artifacts that it fetches. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Artifact, packArtifacts } from '../../infra/artifacts.ts';
import { renderUserData } from '../../infra/cloud-init.ts';
import { readCloudInitFiles } from '../../infra/cloud-init-files.ts';
import { encodeUserData } from '../../infra/clouds/user-data.ts';
import type { Credentials } from '../../infra/credentials/credentials.ts';
import { createCredentials } from '../../infra/credentials/issue.ts';
import { findExtraAuthorities } from '../../infra/extra-authorities.ts';
import { addressesOf, type Inventory, type SourceNetworks } from '../../infra/inventory.ts';
import { type Host, hasRole, type Lab } from '../../infra/lab.ts';
import { isOutside, ROLES, type RoleName } from '../../infra/roles.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { describeVariables } from '../../infra/variables.ts';
import { labPaths } from '../../tools/launcher/paths.ts';
import { PROJECT_DIR } from './lab.ts';

/** A lab whose addresses are known, with all that its hosts are given. */
export type PreparedLab = {
  lab: Lab;
  inventory: Inventory;
  artifacts: ReadonlyMap<string, Artifact>;
  credentials: Credentials;
};

/** An address for documentation alone (RFC 5737). */
const NOBODY = '192.0.2.255/32';

/** The inventory of a lab whose hosts are reached from outside at addresses of their own, where each port has its own number. */
export function plainInventory(
  lab: Lab,
  addressesOfHost: (host: Host) => { internal: string; outside: string },
  sources: Omit<SourceNetworks, 'roles'>,
): Inventory {
  const hosts = lab.hosts.map((host) => {
    const { internal, outside } = addressesOfHost(host);
    const open = host.ports.filter(({ from }) => isOutside(from));
    return [
      host.name,
      { internal, published: Object.fromEntries(open.map(({ name, port }) => [name, { host: outside, port }])) },
    ];
  });
  const roles = Object.keys(ROLES).map((role) => {
    const host = lab.hosts.find((each) => hasRole(each, role as RoleName));
    return [role, host === undefined ? NOBODY : `${addressesOfHost(host).internal}/32`];
  });
  return {
    hosts: Object.fromEntries(hosts),
    services: {},
    sources: { ...sources, roles: Object.fromEntries(roles) as SourceNetworks['roles'] },
  };
}

/** Packs what the hosts run, and issues their secrets. */
export async function prepareLab(lab: Lab, inventory: Inventory): Promise<PreparedLab> {
  const names = lab.hosts.flatMap(({ artifacts }) => artifacts);
  const artifacts = await packArtifacts(names, PROJECT_DIR, labPaths().cacheDir);
  const namesOf = ({ name }: Host): string[] => {
    const { internal, published } = addressesOf(inventory, name);
    return [...new Set([name, internal, ...Object.values(published).map(({ host }) => host)])];
  };
  const credentials = await createCredentials({
    tlsNames: Object.fromEntries(lab.hosts.map((host) => [host.name, namesOf(host)])),
    sshHosts: lab.hosts.map(({ name }) => name),
  });
  return { lab, inventory, artifacts, credentials };
}

/** Serves what the hosts fetch, at an address of this machine: secrets by the host's name, artifacts by their hash. */
export async function serveBootFiles(
  { lab, artifacts, credentials }: PreparedLab,
  address: string,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const [, kind, name = ''] = (request.url ?? '').split('/');
    const host = lab.hosts.find((host) => host.name === name);
    const artifact = [...artifacts.values()].find(({ sha256 }) => sha256 === name);
    if (kind === 'secrets' && host !== undefined) {
      response.end(JSON.stringify(describeSecretFiles(host, credentials)));
    } else if (kind === 'artifacts' && artifact !== undefined) response.end(readFileSync(artifact.path));
    else response.writeHead(404).end();
  });
  server.listen(0, address);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/**
 * The files of a host's NoCloud seed: https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
 * @param base where `serveBootFiles` is reached from the host
 */
export function renderSeed(
  host: Host,
  { lab, inventory, artifacts }: PreparedLab,
  { base, sshPublicKey }: { base: string; sshPublicKey: string },
): Record<'user-data' | 'meta-data', Uint8Array | string> {
  const own = host.artifacts.flatMap((name) => artifacts.get(name) ?? []);
  const userData = renderUserData(host, {
    files: readCloudInitFiles(PROJECT_DIR),
    variables: describeVariables(host, {
      lab,
      inventory,
      files: {
        artifacts: own.map(({ name, sha256 }) => ({ name, sha256, url: `${base}/artifacts/${sha256}` })),
        secretsUrl: `${base}/secrets/${host.name}`,
      },
      sshPublicKey,
      version: '0.1.0',
    }),
    softwareInImage: false,
    authorities: findExtraAuthorities().map((file) => readFileSync(file, 'utf8')),
  });
  const encoded = Buffer.from(encodeUserData(userData, host.name), 'base64');
  return { 'user-data': encoded, 'meta-data': `instance-id: ${host.name}\nlocal-hostname: ${host.name}\n` };
}
