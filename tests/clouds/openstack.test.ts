import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildOpenstackCloud } from '../../infra/clouds/openstack/index.ts';
import { describeOwner } from '../../infra/clouds/openstack/names.ts';
import type { Offers } from '../../infra/clouds/openstack/offers.ts';
import { signAddress } from '../../infra/clouds/openstack/storage.ts';
import { renderFirewall } from '../../infra/firewall.ts';
import type { Inventory } from '../../infra/inventory.ts';
import { describeOutputs } from '../../infra/outputs.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { isSecret, type Recorder, recordRegistrations, resolveOutput, reveal } from '../helpers/mocks.ts';
import { OPERATOR, PRIVATE_KEY } from '../helpers/operator.ts';
import { fakeSecrets } from '../helpers/secrets.ts';
import { describeCloud, type OpenPort } from './conformance.ts';
import { OFFERS, WITHOUT_STORE } from './openstack-offers.ts';

const SETTINGS = { 'lab:cloud': 'openstack', 'lab:adminCidr': '203.0.113.7/32' };
const INSTANCE = 'openstack:compute/instance:Instance';
const VOLUME = 'openstack:blockstorage/volume:Volume';
const RULE = 'openstack:networking/secGroupRule:SecGroupRule';
const PORT = 'openstack:networking/port:Port';
const FLOATING_IP = 'openstack:networking/floatingIp:FloatingIp';
const OBJECT = 'openstack:objectstorage/containerObject:ContainerObject';
const COMMAND = 'command:remote:Command';
const COPY = 'command:remote:CopyToRemote';

const KEY = 'secret-container-key';

const nothing = (): Record<string, unknown> => ({});
let addresses = 0;
const TYPES: Parameters<typeof recordRegistrations>[0] = {
  'openstack:networking/network:Network': nothing,
  'openstack:networking/subnet:Subnet': nothing,
  'openstack:networking/router:Router': nothing,
  'openstack:networking/routerInterface:RouterInterface': nothing,
  'openstack:networking/secGroup:SecGroup': nothing,
  [RULE]: nothing,
  [PORT]: nothing,
  [FLOATING_IP]: () => ({ address: `198.51.100.${10 + (addresses++ % 200)}` }),
  'openstack:networking/floatingIpAssociate:FloatingIpAssociate': nothing,
  'openstack:compute/keypair:Keypair': nothing,
  [INSTANCE]: nothing,
  [VOLUME]: nothing,
  'pulumi-nodejs:dynamic:Resource': () => ({ at: '2026-01-15T10:00:00.000Z', key: KEY }),
};
const STORE_TYPES = { ...TYPES, 'openstack:objectstorage/container:Container': nothing, [OBJECT]: nothing };
const SSH_TYPES = { ...TYPES, [COMMAND]: nothing, [COPY]: nothing };

function inputsOf<T>(recorder: Recorder, type: string, name: string): T {
  const found = recorder.ofType(type).find((registration) => registration.name === name);
  if (found === undefined) throw new Error(`no ${type} was registered for ${name}`);
  return Object.fromEntries(Object.entries(found.inputs).map(([key, value]) => [key, reveal(value)])) as T;
}

type Rule = { portRangeMin: number; portRangeMax: number; protocol: string; remoteIpPrefix: string; direction: string };

/** The rules that let something in from outside of the lab's own subnet; a host without a floating IP is reached through the web host. */
function openPorts(recorder: Recorder): OpenPort[] {
  const names: Record<string, string> = {
    '0.0.0.0/0': 'internet',
    '192.0.2.0/24': 'plaintext',
    '192.0.2.128/25': 'web',
  };
  const reached = new Set(recorder.ofType(FLOATING_IP).map(({ name }) => name.replace(/-address$/, '')));
  const nameOf = (network: string, host: string): string =>
    network === (reached.has(host) ? '203.0.113.7/32' : '10.80.0.40/32') ? 'admin' : (names[network] ?? network);
  return recorder.ofType(RULE).flatMap(({ name, inputs }) => {
    const { portRangeMin, portRangeMax, protocol, remoteIpPrefix, direction } = inputs as Rule;
    if (direction !== 'ingress' || portRangeMin !== portRangeMax) return [`${name} is no rule for one port`];
    const host = name.replace(/-allow-.*$/, '');
    const isThroughWeb = portRangeMin === 22 && !reached.has(host);
    if (remoteIpPrefix.startsWith('10.80.0.') && !isThroughWeb) return [];
    return [`${host} ${portRangeMin}/${protocol} ${nameOf(remoteIpPrefix, host)}`];
  });
}

const userDataOf = (recorder: Recorder, host: string): string =>
  Buffer.from(inputsOf<{ userData: string }>(recorder, INSTANCE, host).userData, 'base64').toString();

/** What comes as a secret, and has to. */
function secretInput(recorder: Recorder, type: string, name: string, input: string): string {
  const value = recorder.ofType(type).find((each) => each.name === name)?.inputs[input];
  expect(isSecret(value), `${input} of ${name}`).toBe(true);
  return String(reveal(value));
}

for (const [store, offers, types, secretsOf] of [
  ['with', OFFERS, STORE_TYPES, (host: string) => [OBJECT, `${host}-secrets`, 'content']],
  ['without', WITHOUT_STORE, SSH_TYPES, (host: string) => [COMMAND, `${host}-delivery`, 'stdin']],
] as const) {
  describeCloud({
    name: `openstack, ${store} an object store`,
    settings: SETTINGS,
    plaintextFrom: '192.0.2.0/24',
    webCidr: '192.0.2.128/25',
    create: (lab, options) => buildOpenstackCloud(lab, offers, options),
    types,
    openPorts,
    bootOf: async (recorder, host) => {
      const [type = '', name = '', input = ''] = secretsOf(host);
      return {
        userData: userDataOf(recorder, host),
        secretFiles: JSON.parse(secretInput(recorder, type, name, input)),
      };
    },
  });
}

describe('a lab on OpenStack', () => {
  async function create(settings: Record<string, string> = {}, offers: Offers = OFFERS) {
    const recorder = recordRegistrations(offers.objectStore === undefined ? SSH_TYPES : STORE_TYPES);
    const lab = labWith({ ...SETTINGS, ...settings }, 'test');
    const cloud = buildOpenstackCloud(lab, offers, { projectDir: PROJECT_DIR });
    const secrets = fakeSecrets(lab);
    const artifacts = [{ name: 'web', sha256: 'b'.repeat(64), path: '/cache/b.tar.gz' }];
    const offered = lab.hosts.map((host) => {
      const offer = { artifacts, secretFiles: describeSecretFiles(host, secrets), version: '7' };
      const files = cloud.offerFiles(host, offer);
      const machine = cloud.boot(host, { ...offer, userData: files.apply(() => 'x'), ...OPERATOR });
      return { files, machine };
    });
    await Promise.all(offered.map(({ machine }) => resolveOutput(machine.id)));
    const inventory = (await resolveOutput(cloud.inventory)) as Inventory;
    return { recorder, lab, cloud, inventory, offered };
  }

  test('has a floating IP for each host with a port for the internet, and for no other', async () => {
    const { recorder, inventory, lab } = await create({ 'lab:container': 'false' });
    expect(
      recorder
        .ofType(FLOATING_IP)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['function-address', 'kafka-1-address', 'storage-address', 'web-address']);
    expect(inventory.hosts.database).toMatchObject({
      via: 'web',
      published: { ssh: { host: '10.80.0.41', port: 22 } },
    });
    expect(inventory.hosts.web?.via).toBeUndefined();
    // The host's own firewall and the security group say the same.
    const database = lab.hosts.find(({ name }) => name === 'database');
    expect(database && renderFirewall(database, inventory)).toContain('ip saddr { 10.80.0.40/32 } tcp dport 22');
    const { ssh } = describeOutputs({
      lab,
      inventory,
      caCertificate: '',
      sshHostPublicKeys: {},
      ssh: { keyFile: '/k', knownHostsFile: '/h' },
    });
    expect(ssh.database).toMatch(
      /^ssh .*-o 'ProxyCommand=ssh .* -W 10\.80\.0\.41:22 lab@198\.51\.100\.\d+' -p 22 lab@10\.80\.0\.41$/,
    );
  });

  test('runs commands on a host without one through the host that has, whose key is known, too', async () => {
    const { cloud, lab } = await create();
    const argvOf = async (name: string): Promise<string[]> => {
      const host = lab.hosts.find((each) => each.name === name);
      if (host === undefined) throw new Error(`no host ${name}`);
      return (await resolveOutput(cloud.commandOn(host, ['true'], OPERATOR.login))) as string[];
    };
    expect((await argvOf('web')).join(' ')).not.toContain('ProxyCommand');
    const proxy = (await argvOf('database')).find((word) => word.startsWith('ProxyCommand='));
    expect(proxy).toMatch(/-W 10\.80\.0\.41:22 lab@198\.51\.100\.\d+$/);
    expect(proxy).toContain('ecdsa-sha2-nistp256 AAAA');
  });

  test('gives a volume that stays to the hosts that keep data, at their creation, and to no other', async () => {
    const { recorder, lab } = await create();
    const keeping = lab.hosts.filter(({ keepsData }) => keepsData).map(({ name }) => `${name}-data`);
    expect(
      recorder
        .ofType(VOLUME)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(keeping.sort());
    type Disks = { blockDevices: { uuid: string; deleteOnTermination: boolean }[] };
    for (const { name, keepsData } of lab.hosts) {
      const [system, ...more] = inputsOf<Disks>(recorder, INSTANCE, name).blockDevices;
      expect(system).toMatchObject({ uuid: 'i13', deleteOnTermination: true });
      expect(more).toHaveLength(keepsData ? 1 : 0);
      for (const disk of more) expect(disk).toMatchObject({ uuid: `${name}-data-id`, deleteOnTermination: false });
    }
  });

  test('takes the smallest flavor that has the memory of each host, and boots from a volume where that has no disk', async () => {
    const { recorder } = await create();
    expect(inputsOf<{ flavorName: string }>(recorder, INSTANCE, 'web').flavorName).toBe('m1.small');
    const diskless = { ...OFFERS, flavors: OFFERS.flavors.map((flavor) => ({ ...flavor, diskGib: 0 })) };
    const { recorder: other } = await create({}, diskless);
    const [system] = inputsOf<{ blockDevices: unknown[] }>(other, INSTANCE, 'web').blockDevices;
    expect(system).toMatchObject({ destinationType: 'volume', volumeSize: 10, deleteOnTermination: true });
  });

  test('marks all that it makes with whose it is', async () => {
    const { recorder } = await create();
    const mark = describeOwner({ stack: 'test', userId: 'u1' });
    for (const { type, name, inputs } of recorder.registrations) {
      if (/networking\/(network|subnet|router|port|secGroup|floatingIp):/.test(type))
        expect(inputs.description, `${type} ${name}`).toBe(mark);
      if (type === INSTANCE || type === VOLUME)
        expect(inputs.metadata, `${type} ${name}`).toMatchObject({ 'cloud-lab.stack': 'test' });
    }
    for (const { name, inputs } of recorder.ofType(RULE)) expect(inputs.description, name).not.toBe('');
  });

  test('signs the address of each file as the object store checks it, until a day has passed', async () => {
    const { offered, recorder } = await create();
    const files = await resolveOutput(offered[0]?.files);
    const url = new URL(files?.secretsUrl ?? '');
    const expires = String(Date.parse('2026-01-16T10:00:00.000Z') / 1000);
    const signature = createHmac('sha256', KEY).update(`GET\n${expires}\n${url.pathname}`).digest('hex');
    expect(Object.fromEntries(url.searchParams)).toEqual({ temp_url_sig: signature, temp_url_expires: expires });
    expect(url.pathname).toMatch(/^\/v1\/AUTH_p\/lab-test-boot-[0-9a-f]{8}\/web-7\.json$/);
    const [container] = recorder.ofType('openstack:objectstorage/container:Container');
    const metadata = reveal(container?.inputs.metadata) as Record<string, unknown>;
    expect(reveal(metadata['Temp-URL-Key'])).toBe(KEY);
    expect([container?.inputs.metadata, metadata['Temp-URL-Key']].some(isSecret)).toBe(true);
    expect(signAddress({ url: 'http://s/v1/A', digest: 'sha1' }, 'c/o', 'k', '1970-01-01T00:01:00Z')).toBe(
      `http://s/v1/A/c/o?temp_url_sig=${createHmac('sha1', 'k').update('GET\n60\n/v1/A/c/o').digest('hex')}&temp_url_expires=60`,
    );
  });

  test('brings files over SSH only to the host whose key is known, with the key of the operator as a secret', async () => {
    const { recorder, lab, offered } = await create({}, WITHOUT_STORE);
    type Connection = { host: string; hostKey: string; privateKey: unknown; proxy?: Connection };
    const deliveries = recorder.ofType(COMMAND).filter(({ name }) => name.endsWith('-delivery'));
    expect(deliveries.map(({ name }) => name)).toHaveLength(lab.hosts.length);
    const files = await resolveOutput(offered[0]?.files);
    expect(files).toMatchObject({ secretsUrl: 'file:///var/lib/lab/offer/7.json', sshHostKey: expect.any(String) });
    for (const { name, inputs } of recorder.registrations.filter(({ type }) => type === COMMAND || type === COPY)) {
      const connection = reveal(inputs.connection) as Connection;
      expect(JSON.stringify(inputs), name).toContain(PRIVATE_KEY);
      expect(isSecret(inputs.connection) || isSecret(connection.privateKey), `the key in ${name}`).toBe(true);
      expect(connection.proxy === undefined, name).toBe(!/^(database|ci-1)-/.test(name));
      expect(connection.hostKey).toEqual(expect.any(String));
    }
  });

  test.each([
    ['an image that is none', { 'lab:image': 'debian-99' }, OFFERS, /no image debian-99.*debian-13/s],
    ['an image of another system', { 'lab:image': 'Ubuntu 24.04' }, OFFERS, /Ubuntu.*Debian 13/s],
    ['an image of another release', { 'lab:image': 'debian-12' }, OFFERS, /Debian 12.*Debian 13/s],
    ['a flavor that is none', { 'lab:size': 'm9' }, OFFERS, /lab:size is m9, which is no flavor.*m1\.small/s],
    ['a flavor that is too small', { 'lab:size': 'm1.small' }, OFFERS, /lab:size m1\.small has 2048 MiB/],
    ['a network that is none', { 'lab:externalNetwork': 'ext' }, OFFERS, /no external network ext; there are: public/],
    [
      'no word on which of several networks',
      {},
      { ...OFFERS, externalNetworks: [...OFFERS.externalNetworks, { id: 'n2', name: 'campus' }] },
      /several external networks.*public, campus/,
    ],
    ['a cloud without a way out', {}, { ...OFFERS, externalNetworks: [] }, /no external network/],
  ])('with %s is refused in words, before anything is made', (_, settings, offers, message) => {
    const recorder = recordRegistrations(STORE_TYPES);
    const lab = labWith({ ...SETTINGS, ...settings }, 'test');
    expect(() => buildOpenstackCloud(lab, offers, { projectDir: PROJECT_DIR })).toThrow(message);
    expect(recorder.registrations).toEqual([]);
  });
});
