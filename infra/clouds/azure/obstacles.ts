/** What stands in the way of a lab on Azure that its description alone tells: its costs, and sizes that do not suit it. */
import type { Estimate } from '../../estimate.ts';
import type { Lab } from '../../lab.ts';
import { estimateCost } from './bill.ts';
import { findSize } from './prices.ts';
import { memoryOf } from './sizes.ts';

/** Each obstacle in words, with what to do. */
export function findPlannedObstacles(lab: Lab): string[] {
  return [...findSmallHosts(lab), ...findTooMuchCost(lab, estimateCost(lab))];
}

function findSmallHosts({ hosts, config }: Lab): string[] {
  const size = findSize(config.size);
  if (size === undefined) return [];
  const small = hosts.filter((host) => memoryOf(host) > size.memoryMib);
  if (small.length === 0) return [];
  const needs = small.map((host) => `${host.name} needs ${memoryOf(host)} MiB`).join(', ');
  return [
    `lab:size ${config.size} has ${size.memoryMib} MiB of memory, but ${needs}. Let the lab choose, -c lab:size=auto, or give jobs less: lab:ciJobsPerRunner, lab:ciMemory.`,
  ];
}

function findTooMuchCost({ config }: Lab, { firstMonth, currency, lifeHours, unpriced }: Estimate): string[] {
  if (config.confirm.includes('budget')) return [];
  const confirm = `say that you mean it, -c 'lab:confirm=["budget"]'`;
  if (unpriced.length > 0) {
    return [
      `No price is known for ${unpriced.join(', ')}: nobody can say whether the lab stays within lab:budget. Take another size, or ${confirm}.`,
    ];
  }
  if (firstMonth <= config.budget) return [];
  const shorter = lifeHours === undefined ? 'give it an end, -c lab:ttl=7d, ' : 'give it less time (lab:ttl), ';
  return [
    `The lab would cost about ${firstMonth.toFixed(0)} ${currency} within a month, which is over lab:budget ${config.budget}. ./lab cost shows what of: ${shorter}have fewer or smaller parts (-c lab:container=false, -c lab:ciRunners=1), or ${confirm}.`,
  ];
}
