/** What stands in the way of a lab on an OpenStack cloud, found before anything is made. */
import type { Lab } from '../../lab.ts';
import { Problem } from '../../problem.ts';
import { describeOrphanedBrokers } from '../orphaned-brokers.ts';
import { type OpenstackClient, OpenstackError, type Service } from './api.ts';
import { type Choices, chooseOffers } from './choices.ts';
import { findHoldings, type Holdings, hostsIn } from './holdings.ts';
import { countNeeds } from './needs.ts';
import { askOffers } from './offers.ts';
import { findQuotaObstacles } from './quotas.ts';

const NEEDED_SERVICES: readonly Service[] = ['compute', 'network', 'image', 'volume'];

/** https://docs.openstack.org/api-ref/network/v2/#network-ip-availability-and-usage-stats */
type Availability = { network_id: string; total_ips: number; used_ips: number };

/** Each obstacle in words, with what to do. @throws OpenstackError, Problem where the cloud cannot be asked */
export async function findOpenstackObstacles(lab: Lab, client: OpenstackClient): Promise<string[]> {
  const missing = NEEDED_SERVICES.filter((service) => client.endpointOf(service) === undefined);
  if (missing.length > 0) {
    return [
      `The catalogue of this OpenStack has no ${missing.join(', no ')} service, without which there is no lab. Another region may have it, region_name of clouds.yaml; openstack catalog list shows what there is.`,
    ];
  }
  // What the stack has is looked at before what is used: something that goes between the two then counts for the lab.
  const holdings = await findHoldings(client, lab.stack);
  const planned = findOrphans(lab, holdings);
  const offers = await askOffers(client);
  let choices: Choices;
  try {
    choices = chooseOffers(lab, offers);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [...planned, ...error.message.split('\n')];
  }
  const asked = await Promise.all([
    findQuotaObstacles({ lab, choices, client, holdings }),
    findEmptyPool({ lab, choices, client, holdings }),
  ]);
  return [...planned, ...asked.flat()];
}

function findOrphans(lab: Lab, holdings: Holdings): string[] {
  return describeOrphanedBrokers(lab, [...hostsIn(holdings)].filter((host) => /^kafka-\d+$/.test(host)).length);
}

type PoolSources = { lab: Lab; choices: Choices; client: OpenstackClient; holdings: Holdings };

/** The addresses of the external network may be given out, whatever the quota says; most clouds tell only their administrators. */
async function findEmptyPool({ lab, choices, client, holdings }: PoolSources): Promise<string[]> {
  const { id, name } = choices.externalNetwork;
  const needs = countNeeds(lab, choices);
  // The router has one of its own.
  const more = needs.floatingIps - holdings.floatingIps.length + Math.max(0, needs.routers - holdings.routers.length);
  const pool = await askAvailability(client, id);
  if (pool === undefined) return [];
  const free = Math.max(0, pool.total_ips - pool.used_ips);
  if (more <= free) return [];
  return [
    `The external network ${name} has ${free} free addresses, and the lab needs ${more} more. Release floating IPs that nobody uses (openstack floating ip list), take another network (lab:externalNetwork), or tell whoever runs the cloud.`,
  ];
}

async function askAvailability(client: OpenstackClient, network: string): Promise<Availability | undefined> {
  try {
    const path = `/network-ip-availabilities?network_id=${network}`;
    const found = await client.list<Availability>('network', path, 'network_ip_availabilities');
    return found.find(({ network_id }) => network_id === network);
  } catch (error) {
    if (error instanceof OpenstackError && [403, 404].includes(error.status)) return undefined;
    throw error;
  }
}
