/** What the launcher learns from Azure about a subscription and a lab, and how it gives a lab back. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAzureTarget } from '../../../infra/clouds/azure/target.ts';
import { type CloudTarget, NoLogin } from '../../../infra/clouds/target.ts';
import { labWith } from '../../helpers/lab.ts';
import { fakeRun, temporaryFolder, write } from '../../tools/fake-project.ts';
import { type Answer, type ArmStandIn, failure, startArm } from './arm-stand-in.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const OTHER_ID = '00000000-0000-4000-8000-000000000002';
const SUBSCRIPTION = `/subscriptions/${ID}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/lab-azure`;
const ENABLED = { body: { displayName: 'Azure for Students', state: 'Enabled' } };
const AZURE = {
  'lab:cloud': 'azure',
  'lab:owner': 'ann@example.org',
  'lab:adminCidr': '192.0.2.1/32',
  'lab:ttl': '7d',
};

type Answers = Record<string, Answer | Answer[]>;

async function targetOn(
  answers: Answers | ((url: string) => Answers),
): Promise<{ target: CloudTarget; arm: ArmStandIn }> {
  const arm = await startArm(typeof answers === 'function' ? answers : () => answers);
  const env = { LAB_AZURE_ENDPOINT: arm.url, ARM_SUBSCRIPTION_ID: ID };
  return { target: createAzureTarget({ env, pauseSeconds: 0 }), arm };
}

const tags = (stack: string, expires?: string) => ({
  'cloud-lab.project': 'cloud-lab',
  'cloud-lab.stack': stack,
  ...(expires === undefined ? {} : { 'cloud-lab.expires': expires }),
});

const group = (stack: string, expires?: string) => ({
  id: `${SUBSCRIPTION}/resourceGroups/lab-${stack}`,
  name: `lab-${stack}`,
  tags: tags(stack, expires),
});

const machine = (host: string) => ({
  id: `${GROUP}/providers/Microsoft.Compute/virtualMachines/lab-azure-${host}`,
  name: `lab-azure-${host}`,
  type: 'Microsoft.Compute/virtualMachines',
  tags: { 'cloud-lab.host': host },
});

const usage = (value: string, currentValue: number, limit: number) => ({ name: { value }, currentValue, limit });
const sku = (name: string, family: string, vcpus: number, restrictions: object[] = []) => ({
  resourceType: 'virtualMachines',
  name,
  family,
  capabilities: [{ name: 'vCPUs', value: String(vcpus) }],
  restrictions,
});

const NAMESPACES = [
  'Compute',
  'Network',
  'Storage',
  'ManagedIdentity',
  'Consumption',
  'ContainerRegistry',
  'ContainerInstance',
  'Web',
];

/** A subscription in which the default lab fits. */
function roomy(changes: Answers = {}): Answers {
  const location = (service: string) =>
    `GET ${SUBSCRIPTION}/providers/Microsoft.${service}/locations/westeurope/usages`;
  return {
    [`GET ${SUBSCRIPTION}`]: ENABLED,
    [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [] } },
    [`GET ${SUBSCRIPTION}/providers`]: {
      body: {
        value: NAMESPACES.map((name) => ({ namespace: `Microsoft.${name}`, registrationState: 'Registered' })),
      },
    },
    [`GET ${SUBSCRIPTION}/providers/Microsoft.Compute/skus`]: {
      body: {
        value: [
          sku('Standard_B1ms', 'standardBSFamily', 1),
          sku('Standard_B2as_v2', 'standardBasv2Family', 2),
          { resourceType: 'disks', name: 'Standard_B1ms' },
        ],
      },
    },
    [location('Compute')]: {
      body: {
        value: [usage('cores', 0, 10), usage('standardBSFamily', 0, 10), usage('standardBasv2Family', 0, 10)],
      },
    },
    [location('Network')]: { body: { value: [usage('PublicIPAddresses', 0, 10)] } },
    ...changes,
  };
}

const obstaclesOf = async (answers: Answers, changes: Record<string, string> = {}): Promise<string[]> => {
  const { target } = await targetOn(answers);
  return target.findObstacles(labWith({ ...AZURE, ...changes }, 'azure'));
};

const work = (stack: string, projectDir: string) => ({
  stack,
  projectDir,
  cacheDir: projectDir,
  dataDir: projectDir,
  images: false,
  step: <T>(_: string, run: (say: (text: string) => void) => Promise<T>): Promise<T> => run(() => undefined),
});

describe('before an update', () => {
  test('the subscription is the one of the stack, before the one of the environment', async () => {
    const { target, arm } = await targetOn({ [`GET /subscriptions/${OTHER_ID}`]: ENABLED });
    const folder = temporaryFolder();
    write(join(folder, 'Pulumi.mine.yaml'), `config:\n  azure-native:subscriptionId: ${OTHER_ID}\n`);
    await target.prepare(work('mine', folder));
    expect(arm.asked).toEqual([`GET /subscriptions/${OTHER_ID}?api-version=2022-12-01`]);
  });

  test('it is the one that the Azure CLI has chosen where nothing else names one', async () => {
    const arm = await startArm(() => ({ [`GET ${SUBSCRIPTION}`]: ENABLED }));
    const run = fakeRun({ 'az account show': { stdout: `${ID}\n` } });
    const target = createAzureTarget({ env: { LAB_AZURE_ENDPOINT: arm.url }, run });
    await target.prepare(work('mine', temporaryFolder()));
    expect(arm.asked).toHaveLength(1);
  });

  test.each([
    ['no Azure CLI', {}, 'The Azure CLI is not installed'],
    [
      'no login',
      { 'az account': { status: 1, stderr: "ERROR: Please run 'az login'" } },
      'Nobody is logged in to Azure',
    ],
  ])('with %s, it says what to run', async (_, answers, words) => {
    const target = createAzureTarget({ env: {}, run: fakeRun(answers) });
    const prepared = target.prepare(work('mine', temporaryFolder()));
    await expect(prepared).rejects.toThrow(NoLogin);
    await expect(prepared).rejects.toThrow(words);
    await expect(prepared).rejects.toThrow('az login');
  });

  test('a subscription that this login has not is told with the way to choose one', async () => {
    const { target } = await targetOn({ [`GET ${SUBSCRIPTION}`]: failure(404, 'SubscriptionNotFound', 'not found') });
    await expect(target.prepare(work('mine', temporaryFolder()))).rejects.toThrow('az account set --subscription');
  });
});

describe('in the way of a lab', () => {
  test('is nothing where there is room for it', async () => {
    expect(await obstaclesOf(roomy())).toEqual([]);
  });

  test('are too few cores of the region, and of a family of sizes', async () => {
    const compute = `GET ${SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages`;
    const few = { body: { value: [usage('cores', 0, 4), usage('standardBSFamily', 2, 4)] } };
    const obstacles = await obstaclesOf(roomy({ [compute]: few }));
    expect(obstacles).toHaveLength(2);
    expect(obstacles[0]).toMatch(/^westeurope: the lab needs 5 more vCPUs of cores, .* has 4 and uses 0\./);
    expect(obstacles[1]).toMatch(/^westeurope: the lab needs 3 more vCPUs of standardBSFamily, .* has 4 and uses 2\./);
  });

  test('are no cores that its own machines have already', async () => {
    const answers = roomy({
      [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [group('azure')] } },
      [`GET ${GROUP}/resources`]: { body: { value: ['web', 'database', 'kafka-1', 'ci-1'].map(machine) } },
      [`GET ${SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages`]: {
        body: { value: [usage('cores', 5, 5)] },
      },
    });
    expect(await obstaclesOf(answers)).toEqual([]);
    expect(await obstaclesOf(answers, { 'lab:ciRunners': '2', 'lab:ttl': '1d' })).toEqual([
      expect.stringContaining('needs 2 more vCPUs'),
    ]);
  });

  test('are brokers that it would lose', async () => {
    const answers = roomy({
      [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [group('azure')] } },
      [`GET ${GROUP}/resources`]: { body: { value: ['web', 'kafka-1', 'kafka-2', 'kafka-3'].map(machine) } },
    });
    expect(await obstaclesOf(answers)).toEqual([expect.stringContaining('lab:kafkaBrokers cannot go back to 1')]);
    expect(await obstaclesOf(answers, { 'lab:kafkaBrokers': '3', 'lab:ttl': '1d' })).toEqual([]);
  });

  test('are too few public addresses', async () => {
    const network = `GET ${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/usages`;
    const few = { body: { value: [usage('PublicIPAddresses', 0, 3), usage('VirtualNetworks', 0, 0)] } };
    expect(await obstaclesOf(roomy({ [network]: few }))).toEqual([
      expect.stringContaining('needs 4 more of PublicIPAddresses'),
    ]);
  });

  test('is a size that the region has not, or not for this subscription', async () => {
    const skus = `GET ${SUBSCRIPTION}/providers/Microsoft.Compute/skus`;
    const restricted = [{ type: 'Location', reasonCode: 'NotAvailableForSubscription' }];
    const offered = ['Standard_D2s_v5', 'Standard_B2ms', 'Standard_M8'].map((name) => sku(name, 'other', 2));
    const answer = { body: { value: [sku('Standard_B1ms', 'standardBSFamily', 1, restricted), ...offered] } };
    const obstacles = await obstaclesOf(roomy({ [skus]: answer }));
    expect(obstacles[0]).toContain('westeurope has no Standard_B1ms for web, database, kafka-1: it is not for this');
    expect(obstacles[1]).toContain('westeurope has no Standard_B2as_v2 for ci-1: it is no size there');
    expect(obstacles[0]).toMatch(/cheapest on: Standard_B2ms \(8192 MiB\), Standard_D2s_v5 \(8192 MiB\)\.$/);
  });

  test('is no restriction that concerns zones alone', async () => {
    const skus = `GET ${SUBSCRIPTION}/providers/Microsoft.Compute/skus`;
    const zones = [{ type: 'Zone', reasonCode: 'NotAvailableForSubscription' }];
    const value = [sku('Standard_B1ms', 'a', 1, zones), sku('Standard_B2as_v2', 'b', 2)];
    expect(await obstaclesOf(roomy({ [skus]: { body: { value } } }))).toEqual([]);
  });

  test('is a service that the subscription was never told to use, with the command for it', async () => {
    const value = NAMESPACES.filter((name) => name !== 'Web').map((name) => ({
      namespace: `microsoft.${name}`,
      registrationState: 'Registered',
    }));
    const answers = roomy({ [`GET ${SUBSCRIPTION}/providers`]: { body: { value } } });
    expect(await obstaclesOf(answers)).toEqual([
      expect.stringContaining('az provider register --wait --namespace Microsoft.Web'),
    ]);
    expect(await obstaclesOf(answers, { 'lab:function': 'false' })).toEqual([]);
  });

  test('is a subscription whose credit is used up', async () => {
    const disabled = { body: { displayName: 'Azure for Students', state: 'Disabled' } };
    expect(await obstaclesOf(roomy({ [`GET ${SUBSCRIPTION}`]: disabled }))).toEqual([
      expect.stringContaining('The subscription is Disabled'),
    ]);
  });

  test('is an estimate over the budget, unless that is meant; Azure is not even asked', async () => {
    const { target, arm } = await targetOn(roomy());
    const lab = (changes: Record<string, string>) => labWith({ ...AZURE, 'lab:budget': '20', ...changes }, 'azure');
    expect(await target.findObstacles(lab({}))).toEqual([
      expect.stringMatching(/^The lab would cost about \d+ USD within a month, which is over lab:budget 20\./),
    ]);
    expect(arm.asked).toEqual([]);
    expect(await target.findObstacles(lab({ 'lab:confirm': '["budget"]' }))).toEqual([]);
    expect(await target.findObstacles(lab({ 'lab:ttl': '1d' }))).toEqual([]);
  });

  test('is a size without a known price, as nobody can say what it costs, and one without the memory', async () => {
    expect(await obstaclesOf(roomy(), { 'lab:size': 'Standard_Nothing' })).toEqual([
      expect.stringContaining('No price is known for host web: Standard_Nothing'),
    ]);
    expect(await obstaclesOf(roomy(), { 'lab:size': 'Standard_B1ms' })).toEqual([
      expect.stringMatching(/^lab:size Standard_B1ms has 2048 MiB of memory, but ci-1 needs \d+ MiB\./),
    ]);
  });
});

describe('what there is of a stack', () => {
  test('is asked by tag, group by group and page by page', async () => {
    const { target, arm } = await targetOn((url) => ({
      [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [group('azure')] } },
      [`GET ${GROUP}/resources`]: { body: { value: [machine('web')], nextLink: `${url}/more` } },
      'GET /more': { body: { value: [machine('ci-1')] } },
    }));
    const resources = await target.listResources('azure');
    expect(resources.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'resource group lab-azure',
      'Microsoft.Compute/virtualMachines lab-azure-web',
      'Microsoft.Compute/virtualMachines lab-azure-ci-1',
    ]);
    expect(arm.asked[0]).toContain("$filter=tagName eq 'cloud-lab.stack' and tagValue eq 'azure'");
  });

  test('is nothing that somebody else has tagged alike', async () => {
    const foreign = { ...group('azure'), tags: { 'cloud-lab.stack': 'azure' } };
    const { target } = await targetOn({
      [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [foreign, group('AZURE')] } },
    });
    expect(await target.listResources('azure')).toEqual([]);
  });

  test('is removed with its group, and what cannot be removed is told and stays', async () => {
    const { target, arm } = await targetOn((url) => ({
      [`GET ${SUBSCRIPTION}/resourcegroups`]: { body: { value: [group('azure'), group('azure')] } },
      [`GET ${GROUP}/resources`]: { body: { value: [machine('web')] } },
      [`DELETE ${GROUP.toLowerCase()}`]: [
        { status: 202, headers: { location: `${url}/operation`, 'retry-after': '0' } },
        failure(409, 'ScopeLocked', 'locked'),
      ],
      'GET /operation': { status: 200 },
    }));
    const said: string[] = [];
    await target.removeResources(await target.listResources('azure'), (text) => void said.push(text));
    expect(arm.asked.filter((line) => line.startsWith('DELETE'))).toHaveLength(2);
    expect(said.join('\n')).toContain('resource group lab-azure: Azure answers 409 ScopeLocked');
  });
});

test('a lab whose time is over is found by its tag, also one of somebody else', async () => {
  const { target } = await targetOn({
    [`GET ${SUBSCRIPTION}/resourcegroups`]: {
      body: {
        value: [
          group('over', '2026-01-01T00:00:00Z'),
          group('now', '2026-06-01T00:00:00Z'),
          group('later', '2026-06-01T00:00:01Z'),
          group('for-ever'),
          group('unreadable', 'soon'),
        ],
      },
    },
  });
  const expired = await target.listExpired?.(new Date('2026-06-01T00:00:00Z'));
  expect(expired?.map(({ stack }) => stack)).toEqual(['over', 'now']);
});
