/** The lab's own program on OpenStack under the real engine, with an object store and without. One stack of each lives from test to test. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { created, expectUnchanged, HEALTHY_HOSTS, LIMIT_MS, NOBODY, position, replaceKafka } from './lab-checks.ts';
import { describeChanges } from './record.ts';
import { createStack, type Outcome, type StandInStack } from './run.ts';
import { findMissingDependencies, resourceNamed, resourcesOf } from './state.ts';
import { findSecrets } from './values.ts';

const CONFIG = {
  'lab:cloud': 'openstack',
  'lab:adminCidr': '203.0.113.7/32',
  'lab:container': 'false',
  'lab:ttl': '7d',
  'lab:shutdownAt': '22:00',
};
const HOSTS = ['web', 'database', 'storage', 'kafka-1', 'ci-1', 'function'];
const PUBLIC = ['web', 'storage', 'kafka-1', 'function'];
const KEEPING = ['database', 'storage', 'kafka-1', 'ci-1'];

describe.each([
  ['an object store', 'swift', ['secrets']],
  ['none', 'none', ['arrivals', 'delivery']],
] as const)('a lab on a stand-in for OpenStack with %s', (_, store, files) => {
  let stack: StandInStack;
  let up: Outcome;

  beforeAll(async () => {
    stack = await createStack({
      programDir: PROJECT_DIR,
      stack: `openstack-${store}`,
      config: CONFIG,
      standIns: [
        { package: 'openstack', tables: join(import.meta.dirname, 'openstack-tables.ts') },
        { package: 'command', tables: join(import.meta.dirname, 'command-tables.ts') },
      ],
      env: { LAB_TEST_STORE: store },
      commands: HEALTHY_HOSTS,
      modules: {
        'infra/kafka-addresses.ts': NOBODY,
        'infra/await-answer.ts': NOBODY,
        'infra/clouds/openstack/offers.ts': join(import.meta.dirname, '../clouds/openstack-offers.ts'),
      },
      timeoutMs: LIMIT_MS,
    });
  }, LIMIT_MS);
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test(
    'is previewed before anything is made, and brought up',
    async () => {
      const preview = await stack.preview();
      expect(preview.errors).toEqual([]);
      expect(describeChanges(preview.calls)).toEqual([]);
      up = await stack.up();
      expect(up.errors).toEqual([]);
      const names = created(up).map(({ name }) => name);
      for (const host of HOSTS) expect(names).toContain(host);
    },
    LIMIT_MS,
  );

  test('says where everything is, and how a host without a floating IP is reached', async () => {
    const outputs = await stack.outputs();
    const address = '198\\.51\\.100\\.\\d+';
    const matching = (pattern: string): unknown => expect.stringMatching(new RegExp(`^${pattern}$`));
    expect(outputs).toMatchObject({
      webUrl: matching(`http://${address}`),
      webUrlTls: matching(`https://${address}`),
      blobUrl: matching(`http://${address}:10000/lab`),
      kafkaBootstrap: matching(`${address}:9093`),
      functionUrl: matching(`http://${address}:7071/api/add_numbers`),
      ssh: {
        web: matching(`ssh .* -p 22 lab@${address}`),
        database: matching(
          `ssh .*'ProxyCommand=ssh .* -W 10\\.80\\.0\\.41:22 lab@${address}' -p 22 lab@10\\.80\\.0\\.41`,
        ),
      },
    });
    expect(outputs).not.toHaveProperty('containerUrl');
  });

  test('puts addresses, firewall, volume and files before a machine, or what it waits for right after it', () => {
    const changes = describeChanges(up.calls);
    for (const host of HOSTS) {
      const machine = position(changes, `Create ${host}`);
      expect(position(changes, `Create ${host}-port`), host).toBeLessThan(machine);
      expect(position(changes, `Create ${host}-firewall`), host).toBeLessThan(machine);
      if (PUBLIC.includes(host)) expect(position(changes, `Create ${host}-address`), host).toBeLessThan(machine);
      if (KEEPING.includes(host)) expect(position(changes, `Create ${host}-data`), host).toBeLessThan(machine);
      for (const part of files) {
        const when = position(changes, `Create ${host}-${part}`);
        if (store === 'none') expect(when, `${host}-${part}`).toBeGreaterThan(machine);
        else expect(when, `${host}-${part}`).toBeLessThan(machine);
      }
    }
    expect(position(changes, 'Create way-out')).toBeLessThan(position(changes, 'Create web'));
  });

  test('keeps in its state no secret in plain text, and misses no dependency', async () => {
    const state = await stack.exportState();
    const text = JSON.stringify(state);
    expect(findSecrets(resourceNamed(state, 'web').inputs)).toContain('userData');
    expect(text).not.toMatch(/PRIVATE KEY|#cloud-config|I2Nsb3Vk|temp_url_sig|DATABASE_URL/);
    expect(text).toMatch(/BEGIN CERTIFICATE/);
    expect(findMissingDependencies(state)).toEqual([]);
  });

  test('asks for nothing more at a second up', () => expectUnchanged(stack), LIMIT_MS);

  test(
    'replaces just the host whose user-data changes, and leaves its volume, addresses and firewall',
    async () => {
      const changes = await replaceKafka(stack, HOSTS);
      expect(changes).toContain(`Create kafka-1-${files.at(-1)}`);
      expect(changes.filter((change) => /-(data|port|address|firewall)$/.test(change))).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'is destroyed in the order in which nothing loses what it needs, and whole',
    async () => {
      const { errors, calls } = await stack.destroy();
      expect(errors).toEqual([]);
      const changes = describeChanges(calls);
      for (const host of HOSTS) {
        const machine = position(changes, `Delete ${host}`);
        const port = position(changes, `Delete ${host}-port`);
        expect(machine).toBeLessThan(port);
        expect(port).toBeLessThan(position(changes, `Delete ${host}-firewall`));
        if (KEEPING.includes(host)) expect(machine).toBeLessThan(position(changes, `Delete ${host}-data`));
      }
      expect(position(changes, 'Delete way-out')).toBeLessThan(position(changes, 'Delete router'));
      expect(resourcesOf(await stack.exportState())).toEqual([]);
    },
    LIMIT_MS,
  );
});
