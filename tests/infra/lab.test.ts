import { describe, expect, test } from 'vitest';
import { addressIn, contains, parseCidr } from '../../infra/cidr.ts';
import { CLOUD_TRAITS } from '../../infra/cloud-traits.ts';
import {
  choosePortBase,
  describeContainer,
  describeInventory,
  labPortBase,
  labSubnet,
} from '../../infra/clouds/local/addresses.ts';
import { describeRoleNetworks, hostNumber } from '../../infra/host-number.ts';
import { firstHostOf, hasRole, hostsOf, listArtifacts } from '../../infra/lab.ts';
import { type PortSource, ROLES, type RoleName } from '../../infra/roles.ts';
import { configWith, labWith } from '../helpers/lab.ts';

describe('the lab that is described', () => {
  test('has six hosts by default, and one more for each runner', () => {
    expect(labWith().hosts.map(({ name }) => name)).toEqual([
      'web',
      'database',
      'storage',
      'kafka-1',
      'ci-1',
      'function',
    ]);
    const more = labWith({ 'lab:ciRunners': '3' });
    expect(hostsOf(more, 'ci').map(({ name }) => name)).toEqual(['ci-1', 'ci-2', 'ci-3']);
    expect(hostsOf(more, 'git').map(({ name }) => name)).toEqual(['ci-1']);
    expect(firstHostOf(more, 'kafka').name).toBe('kafka-1');
  });

  test('has its function on a host where the cloud has no service for it, and neither where it is off', () => {
    const here = labWith({ 'lab:cloud': 'local' });
    expect([hostsOf(here, 'function').length, here.function]).toEqual([1, undefined]);
    const there = labWith({
      'lab:cloud': 'azure',
      'lab:owner': 'ann@example.org',
      'lab:adminCidr': '203.0.113.7/32',
    });
    expect([hostsOf(there, 'function').length, there.function?.name]).toEqual([0, 'function']);
    const off = labWith({ 'lab:function': 'false', 'lab:container': 'false' });
    expect([hostsOf(off, 'function').length, off.function, off.container]).toEqual([0, undefined, undefined]);
  });

  test('has its container on a host where the cloud runs none, beside all that another role could have there', () => {
    const there = labWith({
      'lab:cloud': 'openstack',
      'lab:owner': 'ann@example.org',
      'lab:adminCidr': '203.0.113.7/32',
    });
    expect(there.container).toBeUndefined();
    const [host] = hostsOf(there, 'container');
    expect(host).toMatchObject({ name: 'container', artifacts: ['node', 'numbers'], keepsData: false });
    const ports = Object.values(ROLES).flatMap(({ ports }) => ports.map(({ port }) => port));
    expect(ports.filter((port) => port === ROLES.container.ports[0]?.port)).toHaveLength(1);
    expect(hostsOf(labWith(), 'container')).toEqual([]);
  });

  test('names each artifact that its hosts and services run', () => {
    const artifacts = listArtifacts(labWith());
    expect(artifacts).toEqual(expect.arrayContaining(['web', 'samples', 'function', 'numbers']));
    const off = listArtifacts(labWith({ 'lab:function': 'false', 'lab:container': 'false' }));
    expect(off).not.toEqual(expect.arrayContaining(['function']));
    expect(off).not.toEqual(expect.arrayContaining(['numbers']));
  });

  test('declares each port once for a host, with a reason', () => {
    for (const { name, ports } of labWith().hosts) {
      const numbers = ports.map(({ port, protocol }) => `${port}/${protocol}`);
      expect(new Set(numbers).size, name).toBe(numbers.length);
      for (const port of ports) expect(port.reason).not.toBe('');
    }
  });

  test.each([
    ['azure', ['container/container', 'function/function', 'kafka/kafka', 'storage/blob', 'web/http'], ['web/https']],
    [
      'openstack',
      ['container/container', 'function/function', 'kafka/kafka', 'storage/blob'],
      ['web/http', 'web/https'],
    ],
  ] as const)(
    'opens nothing to the internet on %s but what asks for no right or for a password',
    (cloud, everybody, users) => {
      const plan = { config: configWith(), traits: CLOUD_TRAITS[cloud] };
      const openTo = (source: PortSource): string[] =>
        Object.values(ROLES).flatMap(({ name, ports }) =>
          ports
            .filter(({ from }) => (typeof from === 'function' ? from(plan) : from) === source)
            .map((port) => `${name}/${port.name}`),
        );
      expect(openTo('internet').sort()).toEqual(everybody);
      expect(openTo('web').sort()).toEqual(users);
    },
  );

  test('opens what one role needs to the hosts with that role, those to come included', () => {
    const network = parseCidr('10.80.0.0/24');
    if (network === undefined) throw new Error('no network');
    const lab = labWith({ 'lab:ciRunners': '3', 'lab:kafkaBrokers': '3' });
    const networks = describeRoleNetworks(lab, network);
    expect(networks).toEqual(describeRoleNetworks(labWith(), network));
    for (const host of lab.hosts) {
      for (const [role, text] of Object.entries(networks)) {
        const cidr = parseCidr(text);
        const address = parseCidr(`${addressIn(network, hostNumber(host))}/32`);
        const isIn = cidr !== undefined && address !== undefined && contains(cidr, address);
        // The Git server is on the first runner's host.
        expect(isIn, `${host.name} in ${role}`).toBe(hasRole(host, role as RoleName));
      }
    }
    const one = labWith({ 'lab:hosts': 'one' });
    const { name } = firstHostOf(one, 'web');
    for (const role of firstHostOf(one, 'web').roles)
      expect(describeRoleNetworks(one, network)[role.name], `${role.name} on ${name}`).toBe('10.80.0.40/32');
  });
});

describe('addresses on the local cloud', () => {
  test('are fixed by the name of the stack, and differ between stacks', () => {
    const stacks = ['dev', 'alice', 'bob', 'e2e-1', 'e2e-2'].map((stack) => configWith({}, stack));
    expect(new Set(stacks.map((config) => labPortBase(config))).size).toBe(stacks.length);
    expect(new Set(stacks.map((config) => labSubnet(config).first)).size).toBe(stacks.length);
    expect(labPortBase(configWith())).toBe(24_000);
  });

  test('keep clear of the ports of another lab, unless they were asked for', () => {
    const config = configWith({}, 'alice');
    const own = labPortBase(config);
    const next = own === 32_000 ? 24_100 : own + 100;
    expect(choosePortBase(config, [])).toBeUndefined();
    expect(choosePortBase(config, [own - 1, own + 100])).toBeUndefined();
    expect(choosePortBase(config, [own + 99])).toBe(next);
    expect(choosePortBase(config, [own, own + 1, next + 60])).toBe(next === 32_000 ? 24_100 : next + 100);
    // dev is where its users know it to be.
    expect(choosePortBase(configWith(), [24_000])).toBeUndefined();
    expect(choosePortBase(configWith({ 'lab:portBase': '25000' }, 'alice'), [25_000])).toBeUndefined();
  });

  test('stay above those of dev and below those that systems hand out, from whichever name they are counted', () => {
    const all = Array.from({ length: 80 }, (_, index) => 24_100 + 100 * index);
    for (const free of all) {
      const taken = all.filter((base) => base !== free);
      for (const stack of ['alice', 'bob', 'e2e-1']) {
        const config = configWith({}, stack);
        expect(choosePortBase(config, taken)).toBe(labPortBase(config) === free ? undefined : free);
      }
    }
    expect(choosePortBase(configWith({}, 'alice'), all)).toBeUndefined();
  });

  test('do not move when a runner is added', () => {
    const before = describeInventory(labWith()).hosts;
    const after = describeInventory(labWith({ 'lab:ciRunners': '8' })).hosts;
    expect(after).toMatchObject(before);
    const all = Object.values(after);
    expect(new Set(all.map(({ internal }) => internal)).size).toBe(all.length);
    const ports = [
      describeContainer(configWith()).port,
      ...all.flatMap(({ published }) => Object.values(published).map(({ port }) => port)),
    ];
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(24_100);
  });

  test('publish what is from outside, and nothing that is for the lab alone', () => {
    const { hosts } = describeInventory(labWith());
    expect(Object.keys(hosts.database?.published ?? {})).toEqual(['ssh']);
    expect(Object.keys(hosts.web?.published ?? {})).toEqual(['ssh', 'http', 'https']);
  });

  test('of the container are known before it runs, and are no address of a host for the firewalls', () => {
    const { services, sources } = describeInventory(labWith());
    expect(services).toEqual({ containerUrl: 'http://localhost:24030' });
    expect(describeInventory(labWith({ 'lab:container': 'false' })).services).toEqual({});
    const address = parseCidr(`${describeContainer(configWith()).internal}/32`);
    const hosts = parseCidr(sources.lab[0] ?? '');
    expect(address && hosts && contains(hosts, address)).toBe(false);
  });

  test('refuse administrators from elsewhere, in words', () => {
    expect(() => describeInventory(labWith({ 'lab:adminCidr': '0.0.0.0/0' }))).toThrow(
      'the local cloud is reached from this machine alone',
    );
  });
});
