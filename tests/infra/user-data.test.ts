import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { listPackages, renderUserData } from '../../infra/cloud-init.ts';
import { readCloudInitFiles } from '../../infra/cloud-init-files.ts';
import { describeInventory } from '../../infra/clouds/local/addresses.ts';
import { encodeUserData } from '../../infra/clouds/user-data.ts';
import { renderFirewall } from '../../infra/firewall.ts';
import type { CloudServices } from '../../infra/inventory.ts';
import type { Host, Lab } from '../../infra/lab.ts';
import { ROLES, type Role } from '../../infra/roles.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { describeVariables, kafkaClusterId } from '../../infra/variables.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { fakeSecrets } from '../helpers/secrets.ts';
import { sourcesWith } from '../helpers/sources.ts';

const files = readCloudInitFiles(PROJECT_DIR);
const lab = labWith({ 'lab:ciRunners': '2' });

const render = (host: Host, of: Lab = lab, softwareInImage = true): string =>
  renderUserData(host, {
    files,
    variables: describeVariables(host, {
      lab: of,
      inventory: describeInventory(of),
      files: {
        artifacts: host.artifacts.map((name) => ({ name, url: `file:///${name}.tar.gz`, sha256: 'a'.repeat(64) })),
      },
      sshPublicKey: 'ssh-ed25519 AAAA me',
      version: '0.1.0',
    }),
    softwareInImage,
  });

describe('user-data', () => {
  test.each(lab.hosts.map((host) => [host.name, host] as const))(
    'of %s is a cloud-config with nothing left to fill in',
    (_, host) => {
      const text = render(host);
      expect(text.startsWith('#cloud-config\n')).toBe(true);
      expect(text).not.toMatch(/\{\{|undefined|\[object/);
      const config = parse(text) as {
        users: { name: string }[];
        write_files: { path: string; content: string }[];
        runcmd: unknown[];
        packages?: unknown;
      };
      expect(config.users[0]?.name).toBe('lab');
      expect(config.packages).toBeUndefined();
      expect(config.runcmd[0]).toBe('set -eu');
      for (const { path, content } of config.write_files) expect(content, path).toEqual(expect.any(String));
    },
  );

  test('tells the web app how many people share an address, and which addresses are the lab’s own', () => {
    const changed = labWith({ 'lab:clientsPerAddress': '200', 'lab:subnet': '10.99.0.0/24' });
    const web = changed.hosts.find(({ name }) => name === 'web') as Host;
    const { write_files: written } = parse(render(web, changed)) as {
      write_files: { path: string; content: string }[];
    };
    const env = written.find(({ path }) => path === '/etc/lab/web.env')?.content.split('\n');
    expect(env).toEqual(expect.arrayContaining(['CLIENTS_PER_ADDRESS=200', 'LAB_NETWORKS=10.99.0.128/25']));
  });

  test('is the same for the same lab, and names packages where the image has none', () => {
    const [web] = lab.hosts;
    if (web === undefined) throw new Error('no web host');
    expect(render(web)).toBe(render(web));
    expect(parse(render(web, lab, false))).toMatchObject({
      package_update: true,
      packages: expect.arrayContaining(['caddy', 'curl']),
    });
    expect(listPackages(files)).toEqual(expect.arrayContaining(['caddy', 'mariadb-server', 'nftables']));
    // Where a host is a container itself, no host runs one.
    expect(listPackages(files)).not.toContain('podman');
  });

  test('of the other hosts does not change when a runner is added', () => {
    const more = labWith({ 'lab:ciRunners': '3' });
    for (const host of lab.hosts) expect(render(host, more), host.name).toBe(render(host));
  });

  test('says which file is wrong', () => {
    const [web] = lab.hosts;
    if (web === undefined) throw new Error('no web host');
    const options = { variables: {}, softwareInImage: true };
    expect(() => renderUserData(web, { ...options, files: new Map() })).toThrow(
      'there is no file cloud-init/base.yaml',
    );
    expect(() => renderUserData(web, { ...options, files })).toThrow(/the variable \{\{\w+\}\} is unknown/);
    expect(() => renderUserData(web, { ...options, files: new Map([...files, ['web.yaml', 'a: [']]) })).toThrow(
      'cloud-init/web.yaml is not valid YAML',
    );
    expect(() => render(web, lab)).not.toThrow();
  });

  test('is given to a cloud as it is, or compressed where it is long, or not at all', () => {
    const decode = (text: string): Buffer => Buffer.from(encodeUserData(text, 'web'), 'base64');
    expect(decode('#cloud-config\n').toString()).toBe('#cloud-config\n');
    const long = '# a line\n'.repeat(10_000);
    expect(gunzipSync(decode(long)).toString()).toBe(long);
    const noise = randomBytes(50 * 1024).toString('hex');
    expect(() => encodeUserData(noise, 'web')).toThrow(
      /user-data of host web has \d+ bytes when compressed; clouds take 49152/,
    );
  });
});

describe("the id of Kafka's cluster", () => {
  test('is 16 bytes that no tool takes for an option, whatever the name of the stack', () => {
    const stacks = ['dev', 'openstack', 'azure', ...Array.from({ length: 300 }, (_, index) => `s${index}`)];
    for (const stack of stacks) expect(kafkaClusterId(stack), stack).toMatch(/^[\w][\w-]{21}$/);
  });
});

describe('secrets', () => {
  test('are in no user-data, and each only on the hosts whose services need it', () => {
    const holders = new Map<string, string[]>();
    for (const host of lab.hosts) {
      expect(render(host)).not.toContain('secret-');
      for (const content of Object.values(describeSecretFiles(host, fakeSecrets(lab)))) {
        for (const [secret] of content.matchAll(/secret-[\w-]+/g))
          holders.set(secret, [...(holders.get(secret) ?? []), host.name]);
      }
    }
    expect(Object.fromEntries(holders)).toEqual({
      'secret-database': ['web', 'database'],
      'secret-blob': ['web', 'storage', 'ci-1', 'ci-2'],
      'secret-push': ['ci-1'],
      'secret-kafka-broker': ['kafka-1'],
      'secret-kafka-web': ['web', 'kafka-1'],
      'secret-kafka-ci-runner': ['kafka-1', 'ci-1', 'ci-2'],
      'secret-kafka-student': ['kafka-1'],
      'secret-webhook': ['web'],
      'secret-tls-web': ['web'],
      'secret-tls-kafka-1': ['kafka-1'],
      ...Object.fromEntries(lab.hosts.map(({ name }) => [`secret-ssh-${name}`, [name]])),
    });
  });
});

describe("a host's firewall", () => {
  test('accepts each declared port from its source, and drops the rest', () => {
    const [, database] = lab.hosts;
    if (database === undefined) throw new Error('no database host');
    const text = renderFirewall(database, {
      hosts: {},
      services: {},
      sources: sourcesWith({ internet: ['0.0.0.0/0'], admin: ['203.0.113.0/24'], lab: ['10.0.0.128/25'] }),
    });
    expect(text).toContain('policy drop;');
    expect(text.match(/^ {4}.*dport.* accept .*$/gm)).toEqual([
      '    ip saddr { 203.0.113.0/24 } tcp dport 22 accept comment "ssh: shell for whoever runs the lab"',
      // The web host alone, of all the lab's.
      '    ip saddr { 10.0.0.168/32 } tcp dport 3306 accept comment "mysql: SQL of the web app"',
    ]);
  });

  test('has no source where a port is from the internet', () => {
    const port = { name: 'http', port: 80, protocol: 'tcp', from: 'internet', reason: 'pages' } as const;
    const text = renderFirewall(
      { name: 'web', ports: [port], roles: [] },
      {
        hosts: {},
        services: {},
        sources: sourcesWith({ internet: ['0.0.0.0/0'] }),
      },
    );
    expect(text).toContain('    tcp dport 80 accept comment "http: pages"');
  });

  test("lets only root and the services that need it reach the cloud's metadata", () => {
    const rule = (
      name: string,
      services: CloudServices = { blobUrl: 'https://blobs.example.org' },
    ): string | undefined => {
      const inventory = { hosts: {}, services, sources: sourcesWith() };
      return lab.hosts
        .filter((host) => host.name === name)
        .map((host) => renderFirewall(host, inventory).match(/169\.254.*/)?.[0])[0];
    };
    expect(rule('web')).toBe('169.254.169.254 meta skuid != { 0, 801 } drop');
    expect(rule('ci-1')).toBe('169.254.169.254 meta skuid != { 0, 802 } drop');
    expect(rule('kafka-1')).toBe('169.254.169.254 meta skuid != { 0 } drop');
    // Blobs that the lab keeps itself take a key and no identity.
    expect(rule('web', {})).toBe('169.254.169.254 meta skuid != { 0 } drop');
  });

  test('lets a container answer, and begin nothing', () => {
    const inventory = { hosts: {}, services: {}, sources: sourcesWith() };
    const rules = (role: Role): string => renderFirewall({ name: 'x', ports: [], roles: [role] }, inventory);
    expect(rules(ROLES.container)).toContain('\n    meta skuid 10001 ct state new drop\n  }\n');
    expect(rules(ROLES.function)).not.toContain('ct state new drop');
    // The user whom the image names.
    expect(readFileSync(join(PROJECT_DIR, 'apps/numbers/Dockerfile'), 'utf8')).toContain(
      `\nUSER ${ROLES.container.answeringUser}:`,
    );
  });
});
