/** Giving back what OpenStack has: what takes long is waited for, what cannot go is told. */
import { describe, expect, test } from 'vitest';
import { createOpenstackClient } from '../../../infra/clouds/openstack/api.ts';
import { findHoldings, listHoldings } from '../../../infra/clouds/openstack/holdings.ts';
import { readLogin } from '../../../infra/clouds/openstack/login.ts';
import { type Removal, removeHoldings } from '../../../infra/clouds/openstack/removal.ts';
import { type StandInOptions, startOpenstack } from '../openstack-answers.ts';
import { failure, labThings } from '../openstack-project.ts';

/** Removes what there is of a stack. @returns what was said, asked, and is left */
async function removeAll(options: StandInOptions, limits: Partial<Removal> = {}) {
  const openstack = await startOpenstack(options);
  const client = await createOpenstackClient(readLogin({ env: openstack.env, projectDir: '/nowhere' }), 0);
  const said: string[] = [];
  const list = async () => listHoldings(await findHoldings(client, 'uni'));
  const resources = await list();
  openstack.asked.length = 0;
  await removeHoldings(resources, { client, say: (text) => void said.push(text), pauseMs: 0, ...limits });
  const all = [...openstack.asked];
  const asked = all.filter((line) => !line.startsWith('GET'));
  return { said, all, asked, left: (await list()).map(({ kind, name }) => `${kind} ${name}`) };
}

test('machines go first, and what they used when they are gone', async () => {
  const { asked, said, left } = await removeAll({ project: labThings('uni') });
  expect(asked).toEqual([
    'DELETE /compute/v2.1/servers/uni-a1b2-web',
    'DELETE /compute/v2.1/servers/uni-a1b2-kafka-1',
    'DELETE /network/v2.0/floatingips/uni-a1b2-address',
    'PUT /network/v2.0/routers/uni-a1b2-router/remove_router_interface',
    'DELETE /network/v2.0/routers/uni-a1b2-router',
    'DELETE /network/v2.0/ports/uni-a1b2-uni-web',
    'DELETE /network/v2.0/subnets/uni-a1b2-subnet',
    'DELETE /network/v2.0/networks/uni-a1b2-network',
    'DELETE /network/v2.0/security-groups/uni-a1b2-group',
    'DELETE /volume/v3/physics-id/volumes/uni-a1b2-kafka-1-data',
  ]);
  expect(said).toContain('server lab-uni-web: OpenStack is deleting it');
  expect(left).toEqual([]);
});

describe('a machine', () => {
  const SERVER = '/compute/v2.1/servers/uni-a1b2-web';
  const { servers } = labThings('uni');
  const project = () => ({ servers: servers.slice(0, 1).map((server) => ({ ...server })) });

  test('that the cloud would keep for a while is asked to go at once', async () => {
    const kept = { body: { server: { status: 'SOFT_DELETED' } } };
    const { asked, left } = await removeAll({ project: project(), answers: { [`GET ${SERVER}`]: [kept] } });
    expect(asked).toEqual([`DELETE ${SERVER}`, `POST ${SERVER}/action`]);
    expect(left).toEqual([]);
  });

  test('that does not go is told with its status, and stays', async () => {
    const { said, left } = await removeAll(
      { project: project(), answers: { [`GET ${SERVER}`]: { body: { server: { status: 'ERROR' } } } } },
      { goneLimitMs: 20 },
    );
    expect(said.at(-1)).toMatch(/^server lab-uni-web: it is not gone after .*, and its status is ERROR\.$/);
    expect(left).toEqual(['server lab-uni-web']);
  });

  test('that is gone already is no error', async () => {
    const { said, left } = await removeAll(
      { project: project(), answers: { [`DELETE ${SERVER}`]: failure(404, 'gone') } },
      { goneLimitMs: 0 },
    );
    expect(said).not.toContain('gone');
    expect(left).toHaveLength(1);
  });
});

describe('a volume', () => {
  const [volume] = labThings('uni').volumes;
  const project = (changes: object) => ({ volumes: volume === undefined ? [] : [{ ...volume, ...changes }] });
  const PATH = `/volume/v3/physics-id/volumes/${volume?.id}`;

  test('is not deleted while a machine has it', async () => {
    const busy = (status: string) => ({ body: { volume: { status } } });
    const answers = { [`GET ${PATH}`]: [busy('in-use'), busy('detaching')] };
    const { all, left } = await removeAll({ project: project({ status: 'available' }), answers });
    expect(all.slice(0, 4)).toEqual([...Array(3).fill(`GET ${PATH}`), `DELETE ${PATH}`]);
    expect(left).toEqual([]);
  });

  test('that OpenStack could not delete is told at once', async () => {
    const answers = {
      [`GET ${PATH}`]: { body: { volume: { status: 'error_deleting' } } },
      [`DELETE ${PATH}`]: { status: 202 },
    };
    const { said, left } = await removeAll({ project: project({}), answers });
    expect(said.at(-1)).toBe(
      'volume lab-uni-kafka-1-data: OpenStack could not delete it: whoever runs the cloud has to.',
    );
    expect(left).toEqual(['volume lab-uni-kafka-1-data']);
  });
});

describe('something in use', () => {
  const { networks } = labThings('uni');
  const PATH = 'DELETE /network/v2.0/networks/uni-a1b2-network';
  const inUse = failure(409, 'There are one or more ports still in use on the network.');

  test('is asked for again until it is not', async () => {
    const { asked, left } = await removeAll({
      project: { networks: [...networks] },
      answers: { [PATH]: [inUse, inUse] },
    });
    expect(asked).toEqual([PATH, PATH, PATH]);
    expect(left).toEqual([]);
  });

  test('for good is told with what to do, and does not keep the rest', async () => {
    const { said, left } = await removeAll(
      { project: { networks: [...networks], keypairs: ['lab-uni'] }, answers: { [PATH]: inUse } },
      { conflictLimitMs: 0 },
    );
    expect(said.join()).toMatch(/^network lab-uni: OpenStack answers 409 .*\nSomething still uses it/);
    expect(left).toEqual(['network lab-uni']);
  });
});
