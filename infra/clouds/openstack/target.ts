/** OpenStack as the launcher sees it: who is logged in, what the project allows, and what it holds of a lab. */
import { join } from 'node:path';
import { readStackSetting } from '../../../tools/launcher/stack-config.ts';
import { EXPIRES_LABEL, STACK_LABEL } from '../../naming.ts';
import type { CloudTarget, ExpiredLab } from '../target.ts';
import { createOpenstackClient, type OpenstackClient } from './api.ts';
import { explainOpenstackError } from './explain.ts';
import { findHoldings, findLabServers, type Kind, listHoldings } from './holdings.ts';
import { type LoginSources, readLogin } from './login.ts';
import { findOpenstackObstacles } from './obstacles.ts';
import { removeHoldings } from './removal.ts';

const PROJECT_DIR = join(import.meta.dirname, '../../..');

/**
 * Types of Pulumi's state of which every resource is in the list of what a project has: no parts of others, such as a rule of a
 * security group, whose ids nobody lists.
 */
const LISTED_TYPE =
  /^openstack:(compute\/(instance:Instance|keypair:Keypair)|networking\/(network:Network|subnet:Subnet|port:Port|router:Router|floatingIp:FloatingIp|secGroup:SecGroup)|blockstorage\/volume:Volume|objectstorage\/container:Container)$/;

/** What may hold something that is nowhere else, or that the next update takes up by its name. */
const KEPT: readonly Kind[] = ['volume', 'container'];

export type OpenstackOptions = Omit<LoginSources, 'configured' | 'projectDir'> & {
  /** Where a clouds.yaml is looked for before there is a stack; the project's folder unless given. */
  projectDir?: string;
  /** Between two attempts, or two looks. */
  pauseMs?: number;
};

export function createOpenstackTarget({ env, projectDir = PROJECT_DIR, pauseMs }: OpenstackOptions): CloudTarget {
  let session: Promise<OpenstackClient> | undefined;

  const login = async (sources: Omit<LoginSources, 'env'>): Promise<OpenstackClient> =>
    createOpenstackClient(readLogin({ env, ...sources }), pauseMs);
  const getClient = (): Promise<OpenstackClient> => {
    session ??= login({ projectDir });
    return session;
  };

  return {
    // The second is for clouds without an object store, which is known only when the cloud was asked.
    plugins: ['openstack', 'command'],

    async prepare({ stack, projectDir, step }) {
      await step('OpenStack', async (say) => {
        session = login({ projectDir, configured: readStackSetting(projectDir, stack, 'openstack:cloud') });
        const { who } = await session;
        say(`project ${who.projectName}`);
      });
    },

    async findObstacles(lab) {
      return findOpenstackObstacles(lab, await getClient());
    },

    async listResources(stack) {
      return listHoldings(await findHoldings(await getClient(), stack));
    },

    async removeResources(resources, say) {
      await removeHoldings(resources, {
        client: await getClient(),
        say,
        ...(pauseMs === undefined ? {} : { pauseMs }),
      });
    },

    knownAs: ({ type, id }) => (LISTED_TYPE.test(type) ? id : undefined),
    // Names are no claim on OpenStack: what the state does not know, the next update makes again beside it.
    isLeftover: ({ kind }) => !KEPT.some((kept) => kept === kind),
    explainError: explainOpenstackError,

    async listExpired(now) {
      const ends = new Map<string, Date>();
      for (const { metadata } of await findLabServers(await getClient())) {
        const stack = metadata[STACK_LABEL];
        const end = new Date(metadata[EXPIRES_LABEL] ?? Number.NaN);
        if (stack === undefined || Number.isNaN(end.getTime())) continue;
        const other = ends.get(stack);
        // An update that was interrupted has told some machines of a later end: that one counts.
        if (other === undefined || other < end) ends.set(stack, end);
      }
      return [...ends].flatMap(([stack, expiresAt]): ExpiredLab[] => (expiresAt <= now ? [{ stack, expiresAt }] : []));
    },
  };
}

export const openstackTarget = createOpenstackTarget({ env: process.env });
