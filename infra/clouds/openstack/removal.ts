/** Gives back what a project has of a lab, each kind of thing after those that use it. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../problem.ts';
import type { TargetResource } from '../target.ts';
import { type OpenstackClient, OpenstackError } from './api.ts';
import { KINDS, type Kind } from './holdings.ts';

/** A machine takes seconds to go, on a busy cloud minutes. */
const GONE_LIMIT_MS = 10 * 60_000;
/** How long something may still be in use after its user is gone. */
const CONFLICT_LIMIT_MS = 60_000;
/** Objects that are deleted at a time. */
const AT_ONCE = 8;

export type Removal = {
  client: OpenstackClient;
  /** Told of what takes long, and of what cannot be removed. */
  say: (text: string) => void;
  /** Between two looks. */
  pauseMs?: number;
  goneLimitMs?: number;
  conflictLimitMs?: number;
};

type Work = Required<Removal>;

const REMOVE: Record<Kind, (resource: TargetResource, work: Work) => Promise<void>> = {
  server: removeServer,
  'floating IP': ({ id }, work) => remove(`/floatingips/${id}`, work),
  router: removeRouter,
  port: ({ id }, work) => remove(`/ports/${id}`, work),
  subnet: ({ id }, work) => remove(`/subnets/${id}`, work),
  network: ({ id }, work) => remove(`/networks/${id}`, work),
  'security group': ({ id }, work) => remove(`/security-groups/${id}`, work),
  volume: removeVolume,
  container: removeContainer,
  'key pair': ({ id }, { client }) => unlessGone(client.send('compute', 'DELETE', `/os-keypairs/${segment(id)}`)),
};

/** Returns when they are gone; what cannot be removed is told, and stays. */
export async function removeHoldings(
  resources: readonly TargetResource[],
  { client, say, pauseMs = 2000, goneLimitMs = GONE_LIMIT_MS, conflictLimitMs = CONFLICT_LIMIT_MS }: Removal,
): Promise<void> {
  for (const kind of KINDS) {
    const removed = resources
      .filter((resource) => resource.kind === kind)
      .map(async (resource) => {
        const work = {
          client,
          say: (text: string) => say(`${kind} ${resource.name}: ${text}`),
          pauseMs,
          goneLimitMs,
          conflictLimitMs,
        };
        await REMOVE[kind](resource, work).catch((error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          work.say(error.message);
        });
      });
    await Promise.all(removed);
  }
}

async function removeServer({ id }: TargetResource, work: Work): Promise<void> {
  const { client, say } = work;
  const path = `/servers/${id}`;
  await unlessConflict(() => client.send('compute', 'DELETE', path), work);
  say('OpenStack is deleting it');
  await awaitGone(async () => {
    const { server } = await client.send<{ server: Status }>('compute', 'GET', path);
    // Some clouds keep a deleted machine for a while, with its volumes, unless it is asked to go at once.
    if (server.status === 'SOFT_DELETED') await client.send('compute', 'POST', `${path}/action`, { forceDelete: null });
    return server.status;
  }, work);
}

/** A router goes when no network is connected to it. */
async function removeRouter({ id }: TargetResource, work: Work): Promise<void> {
  const { client } = work;
  const ports = await client.list<{ id: string; device_owner: string }>('network', `/ports?device_id=${id}`, 'ports');
  // network:router_interface, …_distributed or network:ha_router_replicated_interface; a gateway goes with its router.
  const interfaces = ports.filter(({ device_owner }) => /router_(replicated_)?interface/.test(device_owner));
  for (const port of interfaces) {
    const body = { port_id: port.id };
    await unlessConflict(() => client.send('network', 'PUT', `/routers/${id}/remove_router_interface`, body), work);
  }
  await remove(`/routers/${id}`, work);
}

/** A volume goes when no machine has it. */
async function removeVolume({ id }: TargetResource, work: Work): Promise<void> {
  const { client, say } = work;
  let asked = false;
  await awaitGone(async () => {
    const { volume } = await client.send<{ volume: Status }>('volume', 'GET', `/volumes/${id}`);
    if (asked && volume.status === 'error_deleting')
      throw new Problem('OpenStack could not delete it: whoever runs the cloud has to.');
    if (!asked && /^(available|error.*)$/.test(volume.status)) {
      await client.send('volume', 'DELETE', `/volumes/${id}`);
      asked = true;
      say('OpenStack is deleting it');
    }
    return volume.status;
  }, work);
}

async function removeContainer({ id }: TargetResource, work: Work): Promise<void> {
  const { client } = work;
  const path = `/${segment(id)}`;
  await unlessConflict(async () => {
    // Of many objects these are the first ones: the container then does not go, and the next attempt sees more of them.
    const objects = await client.send<{ name: string }[] | undefined>('object store', 'GET', `${path}?format=json`);
    await removeObjects(path, objects ?? [], client);
    await client.send('object store', 'DELETE', path);
  }, work);
}

async function removeObjects(
  path: string,
  objects: readonly { name: string }[],
  client: OpenstackClient,
): Promise<void> {
  for (let first = 0; first < objects.length; first += AT_ONCE) {
    const removed = objects
      .slice(first, first + AT_ONCE)
      .map(({ name }) => unlessGone(client.send('object store', 'DELETE', `${path}/${segments(name)}`)));
    await Promise.all(removed);
  }
}

function remove(path: string, work: Work): Promise<void> {
  return unlessConflict(() => work.client.send('network', 'DELETE', path), work);
}

type Status = { status: string };

/** @param look gives the status of what is to go */
async function awaitGone(look: () => Promise<string>, { pauseMs, goneLimitMs }: Work): Promise<void> {
  const end = Date.now() + goneLimitMs;
  for (;;) {
    let status: string | undefined;
    await unlessGone(
      look().then((seen) => {
        status = seen;
      }),
    );
    if (status === undefined || status === 'DELETED') return;
    if (Date.now() > end)
      throw new Problem(
        `it is not gone after ${Math.round(goneLimitMs / 60_000)} minutes, and its status is ${status}.`,
      );
    await delay(pauseMs);
  }
}

/** Tries again while something else uses it, or is at work on it. */
async function unlessConflict(attempt: () => Promise<unknown>, { pauseMs, conflictLimitMs }: Work): Promise<void> {
  const end = Date.now() + conflictLimitMs;
  for (;;) {
    try {
      return await unlessGone(attempt());
    } catch (error) {
      if (!(error instanceof OpenstackError && error.status === 409) || Date.now() > end) throw error;
      await delay(pauseMs);
    }
  }
}

/** What is not there need not be removed. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof OpenstackError && error.status === 404)) throw error;
  }
}

function segment(name: string): string {
  return encodeURIComponent(name);
}

/** The path of an object, whose name may have slashes. */
function segments(name: string): string {
  return name.split('/').map(segment).join('/');
}
