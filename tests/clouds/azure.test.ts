import { describe, expect, test, vi } from 'vitest';
import { createAzureCloud } from '../../infra/clouds/azure/index.ts';
import type { RuleInputs } from '../../infra/clouds/azure/network.ts';
import type { Inventory } from '../../infra/inventory.ts';
import { findNameProblems } from '../helpers/azure-names.ts';
import { findInputProblems } from '../helpers/azure-types.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { isSecret, type Recorder, recordRegistrations, resolveOutput, reveal } from '../helpers/mocks.ts';
import { OPERATOR } from '../helpers/operator.ts';
import { AZURE_CALLS, AZURE_TYPES } from './azure-answers.ts';
import { describeCloud, type OpenPort } from './conformance.ts';

const SETTINGS = {
  'lab:cloud': 'azure',
  'lab:owner': 'ann@example.org',
  'lab:adminCidr': '203.0.113.7/32',
  'lab:budget': '10000',
};
const VIRTUAL_MACHINE = 'azure-native:compute:VirtualMachine';
const SECURITY_GROUP = 'azure-native:network:NetworkSecurityGroup';
const CONTAINER_GROUP = 'azure-native:containerinstance:ContainerGroup';
const BLOB = 'azure-native:storage:Blob';

type MachineInputs = {
  osProfile: { customData: string; linuxConfiguration: { disablePasswordAuthentication: boolean } };
  storageProfile: { dataDisks: { managedDisk: { id: string } }[] };
  securityProfile: { securityType: string };
};

function inputsOf<T>(recorder: Recorder, type: string, name: string): T {
  const found = recorder.ofType(type).find((registration) => registration.name === name);
  if (found === undefined) throw new Error(`no ${type} was registered for ${name}`);
  return found.inputs as T;
}

/** The rules that let something in from outside of the lab's own subnet, by what is in the host's security group alone. */
function openPorts(recorder: Recorder): OpenPort[] {
  const names: Record<string, string> = {
    '0.0.0.0/0': 'internet',
    '203.0.113.7/32': 'admin',
    '198.51.100.0/24': 'plaintext',
    '198.51.100.128/25': 'web',
  };
  const containers = recorder.ofType(CONTAINER_GROUP).flatMap(({ name, inputs }) => {
    const { ports } = inputs.ipAddress as { ports: { port: number; protocol: string }[] };
    // It has a public address of its own, which no security group stands before.
    return ports.map(({ port, protocol }) => `${name} ${port}/${protocol.toLowerCase()} internet`);
  });
  const hosts = recorder.ofType(SECURITY_GROUP).flatMap(({ name, inputs }) => {
    const host = name.replace(/-firewall$/, '');
    const rules = inputs.securityRules as RuleInputs[];
    const last = [...rules].sort((a, b) => a.priority - b.priority).at(-1);
    if (last?.access !== 'Deny' || last.protocol !== '*' || last.destinationPortRange !== '*')
      return [`${host} is not closed`];
    return rules
      .filter(({ access }) => access === 'Allow')
      .flatMap(({ sourceAddressPrefix, sourceAddressPrefixes = [], destinationPortRange, protocol }) =>
        [...sourceAddressPrefixes, ...(sourceAddressPrefix === undefined ? [] : [sourceAddressPrefix])]
          .filter((source) => !source.startsWith('10.80.0.'))
          .map((source) => `${host} ${destinationPortRange}/${protocol.toLowerCase()} ${names[source] ?? source}`),
      );
  });
  return [...containers, ...hosts];
}

/** The file with a host's secrets, which has to come as a secret. */
async function secretsOf(recorder: Recorder, host: string): Promise<Record<string, string>> {
  const { source } = inputsOf<{ source: unknown }>(recorder, BLOB, `${host}-secrets`);
  expect(isSecret(source), `the secrets of ${host}`).toBe(true);
  const { text } = reveal(source) as { text: Promise<string> };
  return JSON.parse(await text) as Record<string, string>;
}

function machineOf(recorder: Recorder, host: string): MachineInputs {
  const inputs = inputsOf<Record<string, unknown>>(recorder, VIRTUAL_MACHINE, host);
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, reveal(value)]),
  ) as unknown as MachineInputs;
}

describeCloud({
  name: 'azure',
  settings: SETTINGS,
  plaintextFrom: '198.51.100.0/24',
  webCidr: '198.51.100.128/25',
  create: createAzureCloud,
  types: AZURE_TYPES,
  calls: AZURE_CALLS,
  openPorts,
  bootOf: async (recorder, host) => ({
    userData: Buffer.from(machineOf(recorder, host).osProfile.customData, 'base64').toString(),
    secretFiles: await secretsOf(recorder, host),
  }),
});

describe('a lab on Azure', () => {
  async function create(settings: Record<string, string> = {}, stack = 'test') {
    const recorder = recordRegistrations(AZURE_TYPES, AZURE_CALLS);
    const lab = labWith({ ...SETTINGS, ...settings }, stack);
    const cloud = createAzureCloud(lab, { projectDir: PROJECT_DIR });
    const secretFiles = { '/etc/lab/secrets/x': 'secret-x' };
    const machines = lab.hosts.map((host) => {
      const offer = { artifacts: [], secretFiles, version: '1' };
      const userData = cloud.offerFiles(host, offer).apply(({ secretsUrl }) => `#cloud-config\n# ${secretsUrl}\n`);
      return cloud.boot(host, { ...offer, userData, ...OPERATOR });
    });
    await Promise.all(machines.map(({ id }) => resolveOutput(id)));
    return { recorder, lab, cloud };
  }

  test('is all in one group, in one region, with tags that say whose it is', async () => {
    const { recorder } = await create({ 'lab:location': 'francecentral' });
    const untagged = /dynamic|Subnet|BlobContainer|storage:Blob$|RoleAssignment|Budget/;
    for (const { type, name, inputs } of recorder.registrations) {
      if (untagged.test(type)) continue;
      expect(inputs, `${type} ${name}`).toMatchObject({
        location: 'francecentral',
        tags: {
          'cloud-lab.project': 'cloud-lab',
          'cloud-lab.stack': 'test',
          'cloud-lab.owner': 'ann@example.org',
        },
      });
      if (inputs.resourceGroupName !== undefined) expect(inputs.resourceGroupName).toBe('lab-test');
    }
  });

  test('boots machines that take keys alone, measured from the start', async () => {
    const { recorder, lab } = await create();
    for (const { name } of lab.hosts) {
      const { osProfile, securityProfile } = machineOf(recorder, name);
      expect(osProfile.linuxConfiguration.disablePasswordAuthentication).toBe(true);
      expect(securityProfile).toEqual({
        securityType: 'TrustedLaunch',
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      });
    }
  });

  test("keeps what a machine boots from out of the state's plain text", async () => {
    const { recorder, lab } = await create();
    for (const { name } of lab.hosts) {
      const { osProfile } = inputsOf<{ osProfile: unknown }>(recorder, VIRTUAL_MACHINE, name);
      expect(isSecret(osProfile), name).toBe(true);
    }
    expect(JSON.stringify(recorder.registrations.filter(({ type }) => type !== BLOB))).not.toContain('secret-x');
  });

  test('gives a disk that stays to the hosts that keep data, and to no other', async () => {
    const { recorder, lab } = await create();
    for (const { name, keepsData } of lab.hosts) {
      const disks = machineOf(recorder, name).storageProfile.dataDisks;
      expect(disks, name).toEqual(
        keepsData
          ? [expect.objectContaining({ managedDisk: { id: `${name}-data-id` }, deleteOption: 'Detach', lun: 0 })]
          : [],
      );
    }
  });

  test('opens its blobs to the identities of the hosts that need them, and to no key', async () => {
    const { recorder } = await create();
    expect(inputsOf(recorder, 'azure-native:storage:StorageAccount', 'blob-storage')).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      minimumTlsVersion: 'TLS1_2',
    });
    const holders = recorder.ofType(VIRTUAL_MACHINE).filter(({ inputs }) => inputs.identity !== undefined);
    expect(holders.map(({ name }) => name).sort()).toEqual(['ci-1', 'web']);
    expect(recorder.ofType('azure-native:authorization:RoleAssignment').map(({ inputs }) => inputs.scope)).toEqual([
      'blob-storage-id',
      'blob-storage-id',
    ]);
  });

  test('shuts every machine down at its hour, in words that Azure knows, and warns its owner', async () => {
    const { recorder, lab } = await create({ 'lab:shutdownAt': '22:30', 'lab:timeZone': 'Europe/Paris' });
    const schedules = await vi.waitFor(() => {
      const found = recorder.ofType('azure-native:devtestlab:GlobalSchedule');
      expect(found.length).toBe(lab.hosts.length);
      return found;
    });
    expect(schedules.map(({ inputs }) => inputs.targetResourceId).sort()).toEqual(
      lab.hosts.map(({ name }) => `${name}-id`).sort(),
    );
    expect(schedules[0]?.inputs).toMatchObject({
      name: 'shutdown-computevm-lab-test-web',
      dailyRecurrence: { time: '2230' },
      timeZoneId: 'Romance Standard Time',
      notificationSettings: { status: 'Enabled', timeInMinutes: 30, emailRecipient: 'ann@example.org' },
    });
    const none = await create();
    expect(none.recorder.ofType('azure-native:devtestlab:GlobalSchedule')).toEqual([]);
  });

  test('has a budget from the first of the month, whose mails go to its owner', async () => {
    const { recorder } = await create({ 'lab:budget': '20', 'lab:ttl': '2h' });
    expect(inputsOf(recorder, 'azure-native:consumption:Budget', 'budget')).toMatchObject({
      scope: 'group-id',
      amount: 20,
      timePeriod: { startDate: '2026-01-01T00:00:00Z' },
      notifications: { actual50: { threshold: 50, contactEmails: ['ann@example.org'] } },
    });
  });

  test('is not begun where it costs more than its budget, unless that is meant', async () => {
    await expect(create({ 'lab:budget': '1' })).rejects.toThrow(/lab:budget/);
    const { recorder } = await create({ 'lab:budget': '1', 'lab:confirm': '["budget"]' });
    expect(recorder.ofType(VIRTUAL_MACHINE).length).toBeGreaterThan(0);
  });

  test('has its database from Azure where that is asked for, with no host for it and no way in from outside', async () => {
    const { recorder, lab, cloud } = await create({ 'lab:managedDatabase': 'true' });
    cloud.createDatabase?.('secret-database');
    const inventory = (await resolveOutput(cloud.inventory)) as Inventory;
    await vi.waitFor(() =>
      expect(inputsOf(recorder, 'azure-native:dbformysql:Server', 'database')).toMatchObject({
        network: { publicNetworkAccess: 'Disabled', delegatedSubnetResourceId: 'database-id' },
      }),
    );
    const { serverName, administratorLoginPassword } = inputsOf<Record<string, unknown>>(
      recorder,
      'azure-native:dbformysql:Server',
      'database',
    );
    expect(isSecret(administratorLoginPassword)).toBe(true);
    expect(inventory.services.databaseHost).toBe(`${String(serverName)}.mysql.database.azure.com`);
    expect(lab.hosts.map(({ name }) => name)).not.toContain('database');
  });

  test('delivers a web app from its repository, where there is one', async () => {
    const url = 'https://git.example.org/ann/site.git';
    const { recorder, cloud } = await create({ 'lab:appServiceRepository': url, 'lab:appServiceBranch': 'live' });
    const app = cloud.createAppService?.();
    expect(await resolveOutput(app?.url ?? '')).toMatch(/^https:\/\/lab-test-app-[0-9a-f]{8}\.azurewebsites\.net$/);
    expect(await resolveOutput(app?.deployUrl ?? '')).toMatch(/\.scm\.azurewebsites\.net\/deploy$/);
    await vi.waitFor(() =>
      expect(inputsOf(recorder, 'azure-native:web:WebAppSourceControl', 'app-source')).toMatchObject({
        repoUrl: url,
        branch: 'live',
      }),
    );
    expect((await create()).cloud.createAppService).toBeUndefined();
  });

  test('asks for all that it may have in words that azure-native declares, under names that Azure takes', async () => {
    const stack = 'a-stack.with_a-name-of-forty-characters-X';
    const { recorder, cloud, lab } = await create(
      {
        'lab:managedDatabase': 'true',
        'lab:appServiceRepository': 'https://git.example.org/ann/site.git',
        'lab:shutdownAt': '22:00',
        'lab:kafkaBrokers': '3',
        'lab:kafkaPlaintextFrom': '198.51.100.0/24',
      },
      stack,
    );
    cloud.createDatabase?.('secret-database');
    cloud.createAppService?.();
    expect(lab.function?.name).toBe('function');
    await vi.waitFor(() => {
      for (const type of ['dbformysql:Database', 'web:WebAppSourceControl', 'devtestlab:GlobalSchedule'])
        expect(recorder.ofType(`azure-native:${type}`).length, type).toBeGreaterThan(0);
    });
    const asked = recorder.registrations.filter(({ type }) => type.startsWith('azure-native:'));
    const problems = asked.flatMap(({ type, inputs }) => [
      // A mock has files in another form; the engine's own is looked at where it runs.
      ...findInputProblems(type, inputs).filter((problem) => !/Blob: source is an object/.test(problem)),
      ...findNameProblems(type, inputs),
    ]);
    expect(problems).toEqual([]);
  });

  test('shares no name with another stack', async () => {
    const keys = /Name$|^name$|dnsSettings/;
    const claims = async (stack: string): Promise<string[]> => {
      const { recorder } = await create({}, stack);
      return recorder.registrations
        .filter(({ type }) => /Account$|PublicIPAddress|VirtualMachine|ResourceGroup/.test(type))
        .flatMap(({ inputs }) =>
          Object.entries(inputs)
            .filter(([key]) => keys.test(key) && key !== 'resourceGroupName')
            .map(([, value]) => JSON.stringify(value)),
        );
    };
    const [alice, bob] = [await claims('alice'), await claims('alice-2')];
    expect(alice.filter((claim) => bob.includes(claim))).toEqual([]);
  });
});
