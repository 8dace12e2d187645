/** What Azure bills for a lab, from the lab alone: nothing is asked, so it is known before anything exists. */
import { type BillItem, type Estimate, MONTH_HOURS, sumBill } from '../../estimate.ts';
import type { Host, Lab } from '../../lab.ts';
import { BASIS, CURRENCY, findDiskTier, findSize, PRICES } from './prices.ts';
import { chooseSize } from './sizes.ts';

/** GiB of the disk that a machine boots from: as large as Debian's image. */
export const OS_DISK_GIB = 30;
/** GiB of the disk of a host that keeps data. */
export const DATA_DISK_GIB = 32;
/** GiB of artifacts, reports and logs in the storage account: a guess. */
const STORED_GIB = 5;
/** GiB of the managed database, the least that it takes. */
export const DATABASE_GIB = 20;
/** What a container group takes at the least: https://learn.microsoft.com/azure/container-instances/container-instances-faq */
export const LEAST_CONTAINER = { vcpus: 1, gib: 1 };

/** Everything that is billed. What is free, such as the network, the budget and the shutdown, is not in it. */
export function describeBill(lab: Lab): BillItem[] {
  const { container, function: service, config } = lab;
  return [
    ...lab.hosts.flatMap((host) => billOfHost(host, lab)),
    { what: 'storage account', ...monthly(STORED_GIB * PRICES.blobLrs.perGibMonth), note: `with ${STORED_GIB} GiB` },
    ...(container === undefined
      ? []
      : [
          { what: 'container registry, Basic', ...monthly(PRICES.registryBasic.perMonth) },
          billOfContainer(container.memory),
        ]),
    ...(service === undefined
      ? []
      : [
          {
            what: 'function',
            perHour: 0,
            stops: false,
            note: `${PRICES.functions.freeCallsPerMonth.toLocaleString('en')} calls a month are free`,
          },
        ]),
    ...(config.appServiceRepository === undefined
      ? []
      : [{ what: 'App Service plan, B1', perHour: PRICES.appServiceB1.perHour, stops: false }]),
    ...(config.managedDatabase
      ? [
          { what: 'MySQL, B1ms', perHour: PRICES.mysqlB1ms.perHour, stops: false },
          { what: `MySQL, ${DATABASE_GIB} GiB`, ...monthly(DATABASE_GIB * PRICES.mysqlB1ms.perGibMonth) },
        ]
      : []),
  ];
}

/** The sum of all that, over the life of the lab. */
export function estimateCost(lab: Lab): Estimate {
  return sumBill(describeBill(lab), { currency: CURRENCY, basis: BASIS, ttl: lab.config.ttl });
}

function billOfHost(host: Host, { config }: Lab): BillItem[] {
  const name = chooseSize(host, config);
  const size = findSize(name);
  const what = size === undefined ? name : `${name}, ${size.vcpus} vCPU, ${size.memoryMib / 1024} GiB`;
  return [
    { what: `host ${host.name}: ${what}`, perHour: size?.perHour, stops: true },
    billOfDisk(`host ${host.name}: disk`, OS_DISK_GIB),
    ...(host.keepsData ? [billOfDisk(`host ${host.name}: data disk`, DATA_DISK_GIB)] : []),
    { what: `host ${host.name}: public IPv4 address`, perHour: PRICES.publicIp.perHour, stops: false },
  ];
}

function billOfDisk(what: string, gib: number): BillItem {
  const { tier, perMonth } = findDiskTier(gib);
  return { what: `${what}, ${gib} GiB, ${tier}`, ...monthly(perMonth) };
}

function billOfContainer(memory: number): BillItem {
  const gib = Math.max(LEAST_CONTAINER.gib, memory / 1024);
  const { perVcpuHour, perGibHour } = PRICES.containerInstance;
  return {
    what: `container instance, ${LEAST_CONTAINER.vcpus} vCPU, ${gib} GiB`,
    perHour: LEAST_CONTAINER.vcpus * perVcpuHour + gib * perGibHour,
    stops: false,
  };
}

/** A price for a month, which goes on while the machines are shut down. */
function monthly(perMonth: number): Pick<BillItem, 'perHour' | 'stops'> {
  return { perHour: perMonth / MONTH_HOURS, stops: false };
}
