/** What a subscription does not allow, found before the first resource is made: sizes, processor cores, addresses, services. */

import type { Lab } from '../../lab.ts';
import { HOST_LABEL } from '../../naming.ts';
import type { ArmClient } from './arm.ts';
import { KNOWN_SIZES } from './prices.ts';
import { chooseSize } from './sizes.ts';

/** Of Microsoft.Compute and Microsoft.Network: https://learn.microsoft.com/rest/api/compute/usage/list */
type Usage = { name: { value: string; localizedValue?: string }; currentValue: number; limit: number };

/** https://learn.microsoft.com/rest/api/compute/resource-skus/list */
type ResourceSku = {
  resourceType: string;
  name: string;
  family?: string;
  capabilities?: { name: string; value: string }[];
  restrictions?: { type: 'Location' | 'Zone'; reasonCode?: string }[];
};

type Provider = { namespace: string; registrationState: string };

/** A machine that is to be made. */
type Wanted = { host: string; size: string };

export type QuotaSources = {
  lab: Lab;
  client: ArmClient;
  /** `/subscriptions/<id>`. */
  subscription: string;
  /** Hosts that have a machine already: it has its cores and its address. */
  existing: ReadonlySet<string>;
};

/** Each obstacle in words, with what to do. */
export async function findQuotaObstacles(sources: QuotaSources): Promise<string[]> {
  const { lab, client, subscription, existing } = sources;
  const { location } = lab.config;
  const wanted = lab.hosts
    .filter(({ name }) => !existing.has(name))
    .map((host): Wanted => ({ host: host.name, size: chooseSize(host, lab.config) }));
  const [missing, skus, cores, addresses] = await Promise.all([
    findMissingServices(lab, client, subscription),
    wanted.length === 0
      ? []
      : client.list<ResourceSku>(`${subscription}/providers/Microsoft.Compute/skus`, {
          'api-version': '2021-07-01',
          $filter: `location eq '${location}'`,
        }),
    listUsages(client, `${subscription}/providers/Microsoft.Compute/locations/${location}/usages`, '2024-07-01'),
    listUsages(client, `${subscription}/providers/Microsoft.Network/locations/${location}/usages`, '2024-05-01'),
  ]);
  const machines = skus.filter(({ resourceType }) => resourceType === 'virtualMachines');
  return [
    ...missing,
    ...findUnofferedSizes(wanted, machines, location),
    ...findMissingCores(wanted, machines, cores, location),
    ...findMissingAddresses(wanted.length, addresses, location),
  ];
}

function listUsages(client: ArmClient, path: string, version: string): Promise<Usage[]> {
  return client.list<Usage>(path, { 'api-version': version });
}

/** Services that a subscription has to be told to use, once: Pulumi's provider does not do it. */
async function findMissingServices(lab: Lab, client: ArmClient, subscription: string): Promise<string[]> {
  const providers = await client.list<Provider>(`${subscription}/providers`, { 'api-version': '2021-04-01' });
  const registered = new Set(
    providers
      .filter(({ registrationState }) => registrationState === 'Registered')
      .map(({ namespace }) => namespace.toLowerCase()),
  );
  const missing = servicesOf(lab).filter((namespace) => !registered.has(namespace.toLowerCase()));
  if (missing.length === 0) return [];
  const commands = missing.map((namespace) => `az provider register --wait --namespace ${namespace}`).join('; ');
  return [`The subscription does not use ${missing.join(', ')} yet. Once, and free of charge: ${commands}`];
}

/** The namespaces of all that a lab is made of. */
export function servicesOf({ config, container, function: service }: Lab): string[] {
  return [
    'Microsoft.Compute',
    'Microsoft.Network',
    'Microsoft.Storage',
    'Microsoft.ManagedIdentity',
    'Microsoft.Consumption',
    ...(container === undefined ? [] : ['Microsoft.ContainerRegistry', 'Microsoft.ContainerInstance']),
    ...(service === undefined && config.appServiceRepository === undefined ? [] : ['Microsoft.Web']),
    ...(config.managedDatabase ? ['Microsoft.DBforMySQL'] : []),
    ...(config.shutdownAt === undefined ? [] : ['Microsoft.DevTestLab']),
  ];
}

function findUnofferedSizes(wanted: readonly Wanted[], skus: readonly ResourceSku[], location: string): string[] {
  return [...new Set(wanted.map(({ size }) => size))].flatMap((size) => {
    const hosts = wanted.filter((machine) => machine.size === size).map(({ host }) => host);
    const sku = skuOf(size, skus);
    const restriction = sku === undefined ? undefined : restrictionOf(sku);
    if (sku !== undefined && restriction === undefined) return [];
    const why = sku === undefined ? 'is no size there' : `is not for this subscription (${restriction?.reasonCode})`;
    return [
      `${location} has no ${size} for ${hosts.join(', ')}: it ${why}. Take another region, -c lab:location=<region>, or name a size for every host, -c lab:size=<size>. ${suggestSizes(skus, location)}`,
    ];
  });
}

/** What the region does offer, of the sizes with a known price. */
function suggestSizes(skus: readonly ResourceSku[], location: string): string {
  const offered = KNOWN_SIZES.filter(({ name }) => {
    const sku = skuOf(name, skus);
    return sku !== undefined && restrictionOf(sku) === undefined;
  });
  if (offered.length === 0) return `az vm list-skus --location ${location} --output table shows what there is.`;
  return `There are, from the cheapest on: ${offered.map(({ name, memoryMib }) => `${name} (${memoryMib} MiB)`).join(', ')}.`;
}

function restrictionOf({ restrictions }: ResourceSku) {
  return restrictions?.find(({ type }) => type === 'Location');
}

function findMissingCores(
  wanted: readonly Wanted[],
  skus: readonly ResourceSku[],
  usages: readonly Usage[],
  location: string,
): string[] {
  const needed = new Map<string, number>();
  for (const { size } of wanted) {
    const sku = skuOf(size, skus);
    const count = Number(sku?.capabilities?.find(({ name }) => name === 'vCPUs')?.value ?? 0);
    for (const quota of ['cores', ...(sku?.family === undefined ? [] : [sku.family])]) {
      needed.set(quota, (needed.get(quota) ?? 0) + count);
    }
  }
  return [...needed].flatMap(([quota, count]) => {
    const usage = usages.find(({ name }) => name.value.toLowerCase() === quota.toLowerCase());
    if (usage === undefined || usage.currentValue + count <= usage.limit) return [];
    return [
      `${location}: the lab needs ${count} more vCPUs of ${titleOf(usage)}, of which the subscription has ${usage.limit} and uses ${usage.currentValue}. Give another lab back, have fewer hosts (lab:ciRunners=1, lab:kafkaBrokers=1, lab:managedDatabase=true), a smaller lab:size, another lab:location, or ask for more in the portal under Quotas.`,
    ];
  });
}

/** The names under which Azure counts the kind of address that the lab has. */
const ADDRESS_QUOTAS = ['publicipaddresses', 'standardskupublicipaddresses', 'ipv4standardskupublicipaddresses'];

function findMissingAddresses(count: number, usages: readonly Usage[], location: string): string[] {
  return usages
    .filter(({ name }) => ADDRESS_QUOTAS.includes(name.value.toLowerCase()))
    .filter(({ currentValue, limit }) => currentValue + count > limit)
    .map(
      (usage) =>
        `${location}: the lab needs ${count} more of ${titleOf(usage)}, of which the subscription has ${usage.limit} and uses ${usage.currentValue}. Give another lab back, have fewer hosts (lab:ciRunners=1, lab:kafkaBrokers=1), or take another lab:location.`,
    );
}

function skuOf(size: string, skus: readonly ResourceSku[]): ResourceSku | undefined {
  return skus.find(({ name }) => name.toLowerCase() === size.toLowerCase());
}

function titleOf({ name }: Usage): string {
  return name.localizedValue ?? name.value;
}

/** The hosts whose machine a list of resources holds. */
export function hostsIn(resources: readonly { type: string; tags?: Record<string, string> }[]): Set<string> {
  const machines = resources.filter(({ type }) => type.toLowerCase() === 'microsoft.compute/virtualmachines');
  return new Set(machines.flatMap(({ tags }) => tags?.[HOST_LABEL] ?? []));
}
