/** The user-data of machines with a plain image, which have to be given everything. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderUserData } from '../../infra/cloud-init.ts';
import { readCloudInitFiles } from '../../infra/cloud-init-files.ts';
import type { Inventory } from '../../infra/inventory.ts';
import { firstHostOf, type Host, type Lab } from '../../infra/lab.ts';
import { ROLES } from '../../infra/roles.ts';
import { NUMBERS_CONTAINER } from '../../infra/services.ts';
import { publicUrls } from '../../infra/urls.ts';
import { describeVariables } from '../../infra/variables.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { sourcesWith } from '../helpers/sources.ts';

const SETTINGS = { 'lab:owner': 'ann@example.org', 'lab:adminCidr': '203.0.113.7/32' };
const lab = labWith({ ...SETTINGS, 'lab:cloud': 'azure' });
const inventoryOf = (lab: Lab): Inventory => ({
  hosts: Object.fromEntries(
    lab.hosts.map(({ name, ports }, index) => [
      name,
      {
        internal: `10.80.0.${index + 10}`,
        published: Object.fromEntries(
          ports.map((port) => [port.name, { host: `${name}.example.org`, port: port.port }]),
        ),
      },
    ]),
  ),
  services: { blobUrl: 'https://blobs.example.org' },
  sources: sourcesWith({ internet: ['0.0.0.0/0'], admin: ['203.0.113.7/32'], lab: ['10.80.0.0/24'] }),
});
const SECRETS_URL = 'https://boot.example.org/secrets/x?sig=a%2Bb&se=1';

type CloudConfig = {
  bootcmd: (string | string[])[];
  packages: string[];
  runcmd: string[];
  write_files: { path: string; content: string }[];
  ca_certs?: { trusted: string[] };
};

function configOf(host: Host, authorities: string[] = [], of = lab): CloudConfig {
  const text = renderUserData(host, {
    files: readCloudInitFiles(PROJECT_DIR),
    variables: describeVariables(host, {
      lab: of,
      inventory: inventoryOf(of),
      files: {
        artifacts: host.artifacts.map((name) => ({
          name,
          url: `https://boot.example.org/${name}?a=1&b=2`,
          sha256: 'a',
        })),
        secretsUrl: SECRETS_URL,
      },
      sshPublicKey: 'ssh-ed25519 AAAA me',
      version: '0.1.0',
    }),
    softwareInImage: false,
    authorities,
  });
  expect(text).not.toMatch(/\{\{|undefined|\[object/);
  return parse(text) as CloudConfig;
}

const host = (name: string): Host => {
  const found = lab.hosts.find((host) => host.name === name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
};

describe('a plain machine', () => {
  test.each(lab.hosts.map((host) => [host.name, host] as const))(
    '%s fetches its secrets before all else, and then its disk',
    (_, host) => {
      const { bootcmd } = configOf(host);
      expect(bootcmd[0]).toContain('/etc/hosts');
      expect(bootcmd[1]).toContain(`URL = "${SECRETS_URL}"`);
      expect(bootcmd[2]).toContain(`WANTED = "${host.keepsData ? 'yes' : 'no'}" == "yes"`);
    },
  );

  test('starts no service while its packages are installed, and its programs before its own services', () => {
    const { bootcmd, runcmd } = configOf(host('kafka-1'));
    expect(JSON.stringify(bootcmd.at(-1))).toContain('policy-rc.d');
    const order = ['install-artifact', 'put-programs-in-place', 'install-kafka', 'kafka.service'].map((word) =>
      runcmd.findIndex((line) => line.includes(word)),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  test('has Node where it runs something on it', () => {
    for (const { name, artifacts } of lab.hosts) expect(artifacts.includes('node'), name).toBe(name !== 'database');
  });

  test('takes addresses with signatures through its shell', () => {
    expect(configOf(host('web')).runcmd.join('\n')).toContain(
      "install-artifact web 'https://boot.example.org/web?a=1&b=2' a",
    );
  });

  test("trusts the authorities of its operator's network, where there are any", () => {
    expect(configOf(host('web')).ca_certs).toBeUndefined();
    expect(configOf(host('web'), ['CERTIFICATE']).ca_certs).toEqual({ trusted: ['CERTIFICATE'] });
  });

  test('has a name that a public authority vouches for, and is asked by the lab without TLS', () => {
    const files = configOf(host('web')).write_files;
    const caddyfile = files.find(({ path }) => path === '/etc/caddy/Caddyfile')?.content;
    expect(caddyfile).toContain('\nweb.example.org {');
    expect(caddyfile).toContain('email ann@example.org');
    expect(caddyfile).toContain('http://web, http://127.0.0.1 {');
  });
});

describe('a machine that runs the container', () => {
  const there = labWith({ ...SETTINGS, 'lab:cloud': 'openstack' });
  const config = configOf(firstHostOf(there, 'container'), [], there);
  const fileAt = (path: string): string | undefined => config.write_files.find((file) => file.path === path)?.content;

  test('makes its image of what is there, after Node is in its place, and runs it', () => {
    expect(config.packages).toContain('podman');
    const order = [
      'install-artifact numbers',
      'put-programs-in-place',
      'build-image numbers',
      'daemon-reload',
      'numbers.service',
    ].map((word) => config.runcmd.findLastIndex((line) => line.includes(word)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(fileAt('/usr/local/lib/lab/build-image')).toContain('--pull=never');
  });

  test('lets it do nothing but answer, on the port that is declared', () => {
    const unit = fileAt('/etc/containers/systemd/numbers.container');
    for (const line of [
      'Image=localhost/numbers',
      'Pull=never',
      `Environment=PORT=${ROLES.container.ports[0]?.port}`,
      'ReadOnly=true',
      'ReadOnlyTmpfs=false',
      'DropCapability=all',
      'NoNewPrivileges=true',
      'Restart=always',
      `PodmanArgs=--memory=${NUMBERS_CONTAINER.memory}m --memory-swap=${NUMBERS_CONTAINER.memory}m`,
    ]) {
      expect(unit?.split('\n')).toContain(line);
    }
    expect(publicUrls(there, inventoryOf(there)).containerUrl).toBe('http://container.example.org:8090');
  });
});

describe('a machine that what it boots from is brought to', () => {
  const there = labWith({ 'lab:cloud': 'openstack', 'lab:adminCidr': '203.0.113.7/32', 'lab:readyTimeout': '1200' });
  const database = firstHostOf(there, 'kafka');
  const config = parse(
    renderUserData(database, {
      files: readCloudInitFiles(PROJECT_DIR),
      variables: describeVariables(database, {
        lab: there,
        inventory: inventoryOf(there),
        files: {
          artifacts: [{ name: 'kafka', url: 'file:///var/lib/lab/offer/a.tar.gz', sha256: 'a' }],
          secretsUrl: 'file:///var/lib/lab/offer/7.json',
          sshHostKey: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n',
        },
        sshPublicKey: 'ssh-ed25519 AAAA me',
        version: '0.1.0',
      }),
      softwareInImage: false,
      delivered: true,
    }),
  ) as CloudConfig & { ssh_keys: Record<string, string> };

  test('is known by its host key, and waits behind its firewall before its first artifact is needed', () => {
    expect(config.ssh_keys).toEqual({
      ecdsa_private: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\nx\n-----END/),
    });
    // While it boots, nobody could bring it anything yet.
    expect(JSON.stringify(config.bootcmd)).not.toContain('7.json');
    expect(config.bootcmd[0]).toBe('rm -f /run/nologin');
    const order = ['nft -f', 'URL = "file:///var/lib/lab/offer/7.json"', 'install-artifact', 'kafka.service'].map(
      (word) => config.runcmd.findIndex((line) => line.includes(word)),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
    expect(config.runcmd[1]).toContain('LIMIT_SECONDS = 1200');
  });
});

describe('a machine that shuts itself down', () => {
  test.each([
    ['22:00', '21:30:00 Europe/Paris'],
    ['00:15', '23:45:00 Europe/Paris'],
  ])('at %s warns half an hour before', (shutdownAt, calendar) => {
    const there = labWith({
      'lab:cloud': 'openstack',
      'lab:adminCidr': '203.0.113.7/32',
      'lab:shutdownAt': shutdownAt,
      'lab:timeZone': 'Europe/Paris',
    });
    const web = firstHostOf(there, 'web');
    const text = (shutsDown: boolean): string =>
      renderUserData(web, {
        files: readCloudInitFiles(PROJECT_DIR),
        variables: describeVariables(web, {
          lab: there,
          inventory: inventoryOf(there),
          files: { artifacts: [], secretsUrl: SECRETS_URL },
          sshPublicKey: 'ssh-ed25519 AAAA me',
          version: '0.1.0',
        }),
        softwareInImage: false,
        shutsDown,
      });
    expect(text(true)).toContain(`OnCalendar=*-*-* ${calendar}\n`);
    expect(text(false)).not.toContain('lab-shutdown');
  });
});
