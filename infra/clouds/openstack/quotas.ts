/** What a project's quotas do not allow, found before the first thing is made. */
import type { Lab } from '../../lab.ts';
import { type OpenstackClient, OpenstackError } from './api.ts';
import type { Choices } from './choices.ts';
import type { Holdings } from './holdings.ts';
import { COUNTED, type Counted, countHoldings, countNeeds } from './needs.ts';

/** Nova's: https://docs.openstack.org/api-ref/compute/#show-rate-and-absolute-limits and Cinder's, of another shape each. */
type Limits = { limits: { absolute: Record<string, number> } };
/** https://docs.openstack.org/api-ref/network/v2/#show-quota-details-for-a-tenant */
type NetworkQuota = { quota: Record<string, { limit: number; used: number; reserved: number }> };

/** How much there may be and is. What has no limit is absent. */
export type Room = Partial<Record<Counted, { limit: number; used: number }>>;

/** Names of limits and of what is used of them. */
const COMPUTE: Partial<Record<Counted, [string, string]>> = {
  machines: ['maxTotalInstances', 'totalInstancesUsed'],
  cores: ['maxTotalCores', 'totalCoresUsed'],
  memory: ['maxTotalRAMSize', 'totalRAMUsed'],
};
const VOLUME: Partial<Record<Counted, [string, string]>> = {
  volumes: ['maxTotalVolumes', 'totalVolumesUsed'],
  gigabytes: ['maxTotalVolumeGigabytes', 'totalGigabytesUsed'],
};
const NETWORK: Partial<Record<Counted, string>> = {
  floatingIps: 'floatingip',
  networks: 'network',
  subnets: 'subnet',
  routers: 'router',
  ports: 'port',
  securityGroups: 'security_group',
  rules: 'security_group_rule',
};

/** What is fewer with fewer hosts; a lab always has one of each of the others. */
const OF_HOSTS: readonly Counted[] = [
  'machines',
  'cores',
  'memory',
  'volumes',
  'gigabytes',
  'floatingIps',
  'ports',
  'securityGroups',
  'rules',
];

/** Where a person sees what nobody needs any longer. */
const LISTS: Partial<Record<Counted, string>> = {
  machines: 'server list',
  volumes: 'volume list',
  gigabytes: 'volume list',
  floatingIps: 'floating ip list',
  networks: 'network list',
  routers: 'router list',
  securityGroups: 'security group list',
  rules: 'security group list',
};

export type QuotaSources = {
  lab: Lab;
  choices: Choices;
  client: OpenstackClient;
  /** What the stack has already. */
  holdings: Holdings;
};

/** Each obstacle in words, with what to do. */
export async function findQuotaObstacles({ lab, choices, client, holdings }: QuotaSources): Promise<string[]> {
  const [room, sizes] = await Promise.all([
    askRoom(client),
    holdings.servers.length === 0
      ? []
      : client.list<{ id: string; vcpus: number; ram: number }>('compute', '/flavors/detail', 'flavors'),
  ]);
  const needed = countNeeds(lab, choices);
  const there = countHoldings(holdings, new Map(sizes.map((size) => [size.id, size])));
  const short = (Object.keys(COUNTED) as Counted[]).flatMap((counted) => {
    const quota = room[counted];
    const more = needed[counted] - there[counted];
    if (quota === undefined || more <= 0 || quota.used + more <= quota.limit) return [];
    return [{ counted, more, left: Math.max(0, quota.limit - quota.used), limit: quota.limit }];
  });
  if (short.length === 0) return [];
  const texts = short.map(
    ({ counted, more, left, limit }) => `${COUNTED[counted]} (needs ${more} more, has ${left} left of ${limit})`,
  );
  const names = short.map(({ counted }) => counted);
  return [
    `The quota of project ${client.who.projectName} does not hold the lab: ${texts.join(', ')}. ${adviseOn(names, lab)}`,
  ];
}

/** @throws OpenstackError, Problem */
export async function askRoom(client: OpenstackClient): Promise<Room> {
  const [compute, volume, network] = await Promise.all([
    client.send<Limits>('compute', 'GET', '/limits'),
    client.send<Limits>('volume', 'GET', '/limits'),
    askNetwork(client),
  ]);
  return { ...readLimits(compute, COMPUTE), ...readLimits(volume, VOLUME), ...network };
}

function readLimits({ limits }: Limits, names: Partial<Record<Counted, [string, string]>>): Room {
  return Object.fromEntries(
    Object.entries(names).flatMap(([counted, [most, now]]) => {
      const limit = limits.absolute[most] ?? -1;
      return limit < 0 ? [] : [[counted, { limit, used: limits.absolute[now] ?? 0 }]];
    }),
  );
}

/** Some clouds tell only their administrators. */
async function askNetwork(client: OpenstackClient): Promise<Room> {
  try {
    const { quota } = await client.send<NetworkQuota>('network', 'GET', `/quotas/${client.who.projectId}/details.json`);
    return Object.fromEntries(
      Object.entries(NETWORK).flatMap(([counted, name]) => {
        const { limit = -1, used = 0, reserved = 0 } = quota[name] ?? {};
        return limit < 0 ? [] : [[counted, { limit, used: used + reserved }]];
      }),
    );
  } catch (error) {
    if (error instanceof OpenstackError && [403, 404].includes(error.status)) return {};
    throw error;
  }
}

function adviseOn(short: readonly Counted[], { hosts, config }: Lab): string {
  const smaller = [
    ...(config.kafkaBrokers > 1 ? ['-c lab:kafkaBrokers=1'] : []),
    ...(config.ciRunners > 1 ? ['-c lab:ciRunners=1'] : []),
    ...(config.function ? ['-c lab:function=false'] : []),
    ...(short.some((counted) => counted === 'cores' || counted === 'memory') && config.ciMemory > 512
      ? ['-c lab:ciMemory=512']
      : []),
  ];
  const ways = short.some((counted) => OF_HOSTS.includes(counted))
    ? [
        ...(hosts.length > 1 ? ['put all of the lab on one machine, -c lab:hosts=one'] : []),
        ...(smaller.length > 0 ? [`have less (${smaller.join(', ')})`] : []),
      ]
    : [];
  const lists = [...new Set(short.flatMap((counted) => LISTS[counted] ?? []))];
  const unused = lists.length === 0 ? '' : ` or what nobody uses (openstack ${lists.join(', openstack ')})`;
  ways.push(`give back another lab (./lab down <stack>)${unused}`, 'ask whoever runs the cloud for more');
  return `${capitalize(ways.join('; or '))}.`;
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
