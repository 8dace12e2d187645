/** A lab on a single host, `lab:hosts: one`: the same services behind the same ports, by the same outputs. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderUserData } from '../../infra/cloud-init.ts';
import { readCloudInitFiles } from '../../infra/cloud-init-files.ts';
import { CLOUD_TRAITS, type CloudTraits } from '../../infra/cloud-traits.ts';
import { describeInventory } from '../../infra/clouds/local/addresses.ts';
import { encodeUserData } from '../../infra/clouds/user-data.ts';
import { describeLab, firstHostOf, type Lab } from '../../infra/lab.ts';
import { describeOutputs } from '../../infra/outputs.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { describeVariables } from '../../infra/variables.ts';
import { configWith, labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { fakeSecrets } from '../helpers/secrets.ts';

const ONE = { 'lab:hosts': 'one' };
const files = readCloudInitFiles(PROJECT_DIR);
const authority = `-----BEGIN CERTIFICATE-----\n${'x'.repeat(1_500)}\n-----END CERTIFICATE-----\n`;

const render = (lab: Lab): string => {
  const host = firstHostOf(lab, 'web');
  return renderUserData(host, {
    files,
    variables: describeVariables(host, {
      lab,
      inventory: describeInventory(lab),
      files: {
        artifacts: host.artifacts.map((name) => ({
          name,
          url: `https://${'x'.repeat(250)}/${name}`,
          sha256: 'a'.repeat(64),
        })),
        secretsUrl: `https://${'x'.repeat(250)}`,
      },
      sshPublicKey: `ssh-ed25519 ${'A'.repeat(68)} me`,
      version: '0.1.0',
    }),
    softwareInImage: false,
    authorities: [authority],
  });
};

describe('a lab on one host', () => {
  const lab = labWith(ONE);
  const many = labWith();
  const [host] = lab.hosts;

  test('has every role of the many hosts there, and every port, each once', () => {
    expect(lab.hosts).toHaveLength(1);
    const rolesOf = (each: Lab): string[] => each.hosts.flatMap(({ roles }) => roles.map(({ name }) => name)).sort();
    expect(rolesOf(lab)).toEqual(rolesOf(many));
    const ports = host?.ports.map(({ port }) => port) ?? [];
    expect(new Set(ports).size).toBe(ports.length);
    expect(new Set(ports)).toEqual(new Set(many.hosts.flatMap(({ ports }) => ports.map(({ port }) => port))));
  });

  test('has no two services that listen at the same port, one for all and one for itself', () => {
    const declared = new Set(host?.ports.map(({ port }) => port));
    const web = host?.checks.find(({ unit }) => unit === 'web.service');
    expect(web?.kind === 'http' && declared.has(Number(new URL(web.url).port))).toBe(false);
  });

  test('gives its users the same outputs, at the same addresses', () => {
    const outputsOf = (each: Lab): Record<string, unknown> => {
      const inventory = describeInventory(each);
      const ssh = { keyFile: '/key', knownHostsFile: '/known' };
      const {
        hosts: _,
        ssh: __,
        ...outputs
      } = describeOutputs({
        lab: each,
        inventory,
        caCertificate: 'ca',
        sshHostPublicKeys: {},
        ssh,
      });
      return outputs;
    };
    expect(outputsOf(lab)).toEqual(outputsOf(many));
  });

  test('leaves out what a cloud does as a service', () => {
    const traits: CloudTraits = { ...CLOUD_TRAITS.local, blobService: true, functionService: true };
    const [less] = describeLab(configWith(ONE), traits).hosts;
    const roles = less?.roles.map(({ name }) => name);
    expect(roles).toContain('database');
    expect(roles).not.toContain('storage');
    expect(roles).not.toContain('function');
  });

  test('fits a machine of 4 GiB with jobs of 1 GiB, and takes one job at a time unless told otherwise', () => {
    const small = labWith({ ...ONE, 'lab:ciMemory': '1024' });
    expect(small.hosts[0]?.memory).toBeLessThan(4096 - 512);
    const jobs = (settings: Record<string, string>): string | undefined =>
      /prepare-ci-places (\d+)/.exec(render(labWith({ ...ONE, ...settings })))?.[1];
    expect(jobs({})).toBe('1');
    expect(jobs({ 'lab:ciJobsPerRunner': '3' })).toBe('3');
    const three = labWith({ ...ONE, 'lab:ciMemory': '1024', 'lab:ciJobsPerRunner': '3' });
    expect(three.hosts[0]?.memory).toBe((small.hosts[0]?.memory ?? 0) + 2048);
  });

  test('finds each role by its name', () => {
    const text = render(lab);
    const [names = ''] = /^ +10\.[\d.]+ lab .*$/m.exec(text) ?? [];
    expect(names.trim().split(' ').slice(1)).toEqual([
      'lab',
      'web',
      'database',
      'storage',
      'kafka',
      'git',
      'ci',
      'function',
    ]);
  });

  test('has each secret file of the many hosts', () => {
    const pathsOf = (each: Lab): string[] => [
      ...new Set(each.hosts.flatMap((host) => Object.keys(describeSecretFiles(host, fakeSecrets(each))))),
    ];
    expect(pathsOf(lab).sort()).toEqual(pathsOf(many).sort());
  });

  test.each([
    [{ ...ONE, 'lab:ciRunners': '2' }, 'lab:ciRunners is 2'],
    [{ ...ONE, 'lab:kafkaBrokers': '3' }, 'lab:kafkaBrokers 3'],
  ])('with %j is refused in words', (settings, message) => {
    expect(() => configWith(settings)).toThrow(message);
  });
});

describe('the user-data of one host', () => {
  const lab = labWith(ONE);

  test('is more than clouds take, and compressed well below it, the same each time', () => {
    const text = render(lab);
    expect(Buffer.byteLength(text)).toBeGreaterThan(48 * 1024);
    const encoded = encodeUserData(text, 'lab');
    // They take 64 KiB: there is room for what a learner adds.
    expect(encoded.length).toBeLessThan(40 * 1024);
    expect(gunzipSync(Buffer.from(encoded, 'base64')).toString()).toBe(text);
    expect(encodeUserData(text, 'lab')).toBe(encoded);
  });

  test('writes no file twice, and makes no user twice', () => {
    const { write_files, users } = parse(render(lab)) as {
      write_files: { path: string }[];
      users: { name: string; uid?: number }[];
    };
    const paths = write_files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(users.map(({ name }) => name)).size).toBe(users.length);
    const ids = users.flatMap(({ uid }) => uid ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
