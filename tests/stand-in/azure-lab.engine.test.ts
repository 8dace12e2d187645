/** The lab's own program on Azure under the real engine: what it asks for, in which order, what its state holds. One stack lives from test to test. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNameProblems } from '../helpers/azure-names.ts';
import { findInputProblems } from '../helpers/azure-types.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { created, expectUnchanged, HEALTHY_HOSTS, LIMIT_MS, NOBODY, position, replaceKafka } from './lab-checks.ts';
import { describeChanges } from './record.ts';
import { createStack, type Outcome, type StandInStack } from './run.ts';
import { findMissingDependencies, resourceNamed, resourcesOf } from './state.ts';
import { findSecrets } from './values.ts';

const CONFIG = {
  'lab:cloud': 'azure',
  'lab:owner': 'ann@example.org',
  'lab:adminCidr': '203.0.113.7/32',
  'lab:budget': '1000',
  'lab:ttl': '7d',
  'lab:shutdownAt': '22:00',
  'lab:appServiceRepository': 'https://git.example.org/ann/site.git',
};
const HOSTS = ['web', 'database', 'kafka-1', 'ci-1'];

let stack: StandInStack;

beforeAll(async () => {
  stack = await createStack({
    programDir: PROJECT_DIR,
    stack: 'azure-stand-in',
    config: CONFIG,
    standIns: [
      { package: 'azure-native', tables: join(import.meta.dirname, 'azure-tables.ts') },
      { package: 'docker', tables: join(import.meta.dirname, 'docker-tables.ts') },
    ],
    commands: HEALTHY_HOSTS,
    modules: { 'infra/kafka-addresses.ts': NOBODY, 'infra/await-answer.ts': NOBODY },
    timeoutMs: LIMIT_MS,
  });
}, LIMIT_MS);
afterAll(() => stack?.[Symbol.asyncDispose]());

describe('a lab on a stand-in for Azure', () => {
  test(
    'is previewed with what it costs, before anything is made',
    async () => {
      const { ok, errors, events, calls } = await stack.preview();
      expect(errors).toEqual([]);
      expect(ok).toBe(true);
      const said = events.map(({ diagnosticEvent }) => diagnosticEvent?.message ?? '').join('\n');
      expect(said).toMatch(/this lab costs about 0\.\d+ USD an hour, \d+\.\d\d USD over its life of 7 days/);
      expect(describeChanges(calls)).toEqual([]);
    },
    LIMIT_MS,
  );

  let up: Outcome;
  test(
    'is brought up',
    async () => {
      up = await stack.up();
      expect(up.errors).toEqual([]);
      for (const host of HOSTS) expect(created(up).map(({ name }) => name)).toContain(host);
    },
    LIMIT_MS,
  );

  test('says where everything is, by the names that Azure gives', async () => {
    const outputs = await stack.outputs();
    const { webUrl, hosts } = outputs as { webUrl: string; hosts: Record<string, unknown> };
    const named = (pattern: string): unknown => expect.stringMatching(new RegExp(`^${pattern}$`));
    const lab = (part: string): string => `lab-azure-stand-in-${part}-[0-9a-f]{8}`;
    expect(webUrl).toEqual(named(`https://${lab('web')}.westeurope.cloudapp.azure.com`));
    expect(outputs).toMatchObject({
      apiUrl: `${webUrl}/api/v1`,
      blobUrl: named('https://labazuresta[a-z]+[0-9a-f]{8}.blob.core.windows.net'),
      kafkaBootstrap: named(`${lab('kafka-1')}.westeurope.cloudapp.azure.com:9093`),
      containerUrl: named(`http://${lab('numbers')}.westeurope.azurecontainer.io:8080`),
      functionUrl: named(`https://${lab('function')}.azurewebsites.net/api/add_numbers`),
      kafkaUsername: 'student',
      kafkaPassword: named('[A-Za-z0-9][A-Za-z0-9_-]{46}[A-Za-z0-9]'),
    });
    expect(Object.keys(hosts).sort()).toEqual([...HOSTS].sort());
    expect(outputs).not.toHaveProperty('webUrlTls');
    expect(Date.parse(String(outputs.expiresAt)) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  });

  test('gives Azure what azure-native declares, under names that Azure takes', () => {
    const asked = created(up).filter(({ type = '' }) => type.startsWith('azure-native:'));
    expect(asked.length).toBeGreaterThan(40);
    const problems = asked.flatMap(({ type = '', inputs = {} }) => [
      ...findInputProblems(type, inputs),
      ...findNameProblems(type, inputs),
    ]);
    expect(problems).toEqual([]);
  });

  test('puts addresses, firewall and files before a machine, and the right to its blobs before its boot', () => {
    const changes = describeChanges(up.calls);
    for (const host of HOSTS) {
      const machine = position(changes, `Create ${host}`);
      for (const part of ['address', 'firewall', 'nic', 'secrets'])
        expect(position(changes, `Create ${host}-${part}`), `${host}-${part}`).toBeLessThan(machine);
    }
    expect(position(changes, 'Create web-blobs')).toBeLessThan(position(changes, 'Create web'));
  });

  test('keeps in its state no secret in plain text', async () => {
    const state = await stack.exportState();
    const text = JSON.stringify(state);
    const machine = resourceNamed(state, 'web');
    expect(findSecrets(machine.inputs)).toContain('osProfile.customData');
    // Of the credentials, what is public; of the registry and of signed addresses, nothing.
    expect(text).not.toMatch(/PRIVATE KEY/);
    expect(text).not.toMatch(/signature of|signature\+of|password of/);
    expect(text).not.toMatch(/#cloud-config|I2Nsb3Vk/);
    expect(text).toMatch(/BEGIN CERTIFICATE/);
  });

  test('misses no dependency', async () => {
    expect(findMissingDependencies(await stack.exportState())).toEqual([]);
  });

  test('asks for nothing more at a second up', () => expectUnchanged(stack), LIMIT_MS);

  test(
    'replaces just the host whose user-data changes, machine and secrets, and leaves its disk',
    async () => {
      const changes = await replaceKafka(stack, HOSTS);
      // Its signed addresses are made anew with it: the old ones may have ended.
      expect(changes).toContain('Create kafka-1-secrets');
      expect(changes.filter((change) => /-(data|nic|address|firewall)$/.test(change))).toEqual([]);
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
        expect(machine).toBeLessThan(position(changes, `Delete ${host}-nic`));
        expect(position(changes, `Delete ${host}-nic`)).toBeLessThan(position(changes, `Delete ${host}-address`));
      }
      expect(position(changes, 'Delete group')).toBe(changes.length - 1);
      expect(resourcesOf(await stack.exportState())).toEqual([]);
    },
    LIMIT_MS,
  );
});
