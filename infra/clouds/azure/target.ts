/** Azure as the launcher sees it: who is logged in, what the subscription allows, and what it holds of a lab. */
import { ensureEngine } from '../../../tools/launcher/engine.ts';
import { readStackSetting } from '../../../tools/launcher/stack-config.ts';
import type { Lab } from '../../lab.ts';
import { EXPIRES_LABEL, PROJECT, PROJECT_LABEL, STACK_LABEL } from '../../naming.ts';
import { Problem } from '../../problem.ts';
import { describeOrphanedBrokers } from '../orphaned-brokers.ts';
import type { CloudTarget, ExpiredLab, TargetResource } from '../target.ts';
import type { ArmClient } from './arm.ts';
import { estimateCost } from './bill.ts';
import { explainAzureError } from './explain.ts';
import { findCredential, findSubscription, type LoginSources } from './login.ts';
import { findPlannedObstacles } from './obstacles.ts';
import { findQuotaObstacles, hostsIn } from './quotas.ts';

const GROUP = 'resource group';
const SUBSCRIPTION_VERSION = { 'api-version': '2022-12-01' };
const GROUPS_VERSION = { 'api-version': '2021-04-01' };
/** Deleting a group with some virtual machines takes Azure three to ten minutes. */
const REMOVAL_LIMIT_MS = 30 * 60_000;

/**
 * Types of Pulumi's state of which every resource is in Azure's list of a group's resources: no parts of others, such as a blob
 * container, and nothing that Azure keeps beside the group, such as a budget or a role assignment.
 */
const LISTED_TYPE =
  /^azure-native:(resources:ResourceGroup|compute:(VirtualMachine|Disk)|network:(VirtualNetwork|NetworkInterface|NetworkSecurityGroup|PublicIPAddress)|storage:StorageAccount|containerregistry:Registry|containerinstance:ContainerGroup|web:(WebApp|AppServicePlan)|dbformysql:Server)$/;

/** https://learn.microsoft.com/rest/api/resources/resource-groups/list */
type Group = { id: string; name: string; tags?: Record<string, string> };
/** https://learn.microsoft.com/rest/api/resources/resources/list-by-resource-group */
type Listed = { id: string; name: string; type: string; tags?: Record<string, string> };
/** https://learn.microsoft.com/rest/api/resources/subscriptions/get */
type Subscription = { displayName: string; state: string };

type Session = {
  client: ArmClient;
  /** `/subscriptions/<id>`. */
  subscription: string;
};

export type AzureOptions = Omit<LoginSources, 'configured'> & {
  /** Seconds between two looks where Azure does not say how many. */
  pauseSeconds?: number;
};

/** LAB_AZURE_ENDPOINT names a stand-in for Azure on this machine; it is sent no credential. */
export function createAzureTarget({ env, run, pauseSeconds }: AzureOptions): CloudTarget {
  let session: Promise<Session> | undefined;

  const login = async (configured?: string): Promise<Session> => {
    const id = await findSubscription({ env, configured, ...(run === undefined ? {} : { run }) });
    const endpoint = env.LAB_AZURE_ENDPOINT;
    const { createArmClient } = await import('./arm.ts');
    const client = createArmClient({
      ...(endpoint === undefined ? { credential: await findCredential(env, id) } : { endpoint }),
      ...(pauseSeconds === undefined ? {} : { pauseSeconds }),
    });
    return { client, subscription: `/subscriptions/${id}` };
  };
  const getSession = (): Promise<Session> => {
    session ??= login();
    return session;
  };

  return {
    plugins: ['azure-native'],

    async prepare({ stack, projectDir, images, step }) {
      const asked = step('Azure', async (say) => {
        session = login(readStackSetting(projectDir, stack, 'azure-native:subscriptionId'));
        const { client, subscription } = await session;
        const { displayName } = await client.get<Subscription>(subscription, SUBSCRIPTION_VERSION);
        say(`subscription ${displayName}`);
      });
      if (images) {
        const { host } = await step('container engine', (say) => ensureEngine({ report: say }));
        // Pulumi's plugin knows nothing of the contexts of Docker's own CLI.
        process.env.DOCKER_HOST = host;
      }
      await asked;
    },

    async findObstacles(lab) {
      const planned = findPlannedObstacles(lab);
      if (planned.length > 0) return planned;
      return findAllowed(lab, await getSession());
    },

    async listResources(stack) {
      const asked = await getSession();
      const lists = (await listGroups(asked, stack)).map(async (group): Promise<TargetResource[]> => {
        const parts = await listGroup(asked.client, group);
        return [
          { kind: GROUP, id: group.id.toLowerCase(), name: group.name },
          ...parts.map(({ id, name, type }) => ({ kind: type, id: id.toLowerCase(), name })),
        ];
      });
      return (await Promise.all(lists)).flat();
    },

    async removeResources(resources, say) {
      const { client } = await getSession();
      const groups = resources.filter(({ kind }) => kind === GROUP);
      await Promise.all(
        groups.map(async ({ id, name }) => {
          const wait = { limitMs: REMOVAL_LIMIT_MS, say: (text: string) => say(`${GROUP} ${name}: ${text}`) };
          // What is not gone is found by the next look.
          await client.remove(id, GROUPS_VERSION, wait).catch((error: unknown) => {
            if (!(error instanceof Problem)) throw error;
            say(`${GROUP} ${name}: ${error.message}`);
          });
        }),
      );
    },

    // Azure writes the same id in large letters here and in small ones there.
    knownAs: ({ type, id }) => (LISTED_TYPE.test(type) ? id.toLowerCase() : undefined),
    // It may be half-made, and deleting takes minutes: the refresh after an interruption tells what is the matter.
    isLeftover: () => false,
    estimateCost,
    explainError: explainAzureError,

    async listExpired(now) {
      const groups = await listGroups(await getSession());
      return groups.flatMap(({ tags = {} }): ExpiredLab[] => {
        const stack = tags[STACK_LABEL];
        const expiresAt = new Date(tags[EXPIRES_LABEL] ?? Number.NaN);
        return stack === undefined || !(expiresAt <= now) ? [] : [{ stack, expiresAt }];
      });
    },
  };
}

export const azureTarget = createAzureTarget({ env: process.env });

/** The resource groups of labs: of one stack, or all. */
async function listGroups({ client, subscription }: Session, stack?: string): Promise<Group[]> {
  const [label, value] = stack === undefined ? [PROJECT_LABEL, PROJECT] : [STACK_LABEL, stack];
  const groups = await client.list<Group>(`${subscription}/resourcegroups`, {
    ...GROUPS_VERSION,
    $filter: `tagName eq '${label}' and tagValue eq '${value}'`,
  });
  // Azure compares tags without regard to case, and by one alone.
  return groups.filter(
    ({ tags = {} }) => tags[PROJECT_LABEL] === PROJECT && (stack === undefined || tags[STACK_LABEL] === stack),
  );
}

function listGroup(client: ArmClient, { id }: Group): Promise<Listed[]> {
  return client.list<Listed>(`${id}/resources`, GROUPS_VERSION);
}

async function findAllowed(lab: Lab, session: Session): Promise<string[]> {
  const { client, subscription } = session;
  const { state } = await client.get<Subscription>(subscription, SUBSCRIPTION_VERSION);
  if (state !== 'Enabled') {
    return [
      `The subscription is ${state}: mostly its credit is used up or has expired, and nothing can be made with it. The portal says more under Subscriptions; az account list -o table shows whether you have another.`,
    ];
  }
  const groups = await listGroups(session, lab.stack);
  const parts = await Promise.all(groups.map((group) => listGroup(client, group)));
  const existing = hostsIn(parts.flat());
  return [
    ...describeOrphanedBrokers(lab, [...existing].filter((host) => /^kafka-\d+$/.test(host)).length),
    ...(await findQuotaObstacles({ lab, client, subscription, existing })),
  ];
}
