/** `./lab cost`: what a lab would cost, from its description alone; no cloud is asked and nobody has to be logged in. */
import { targetOf } from '../../../infra/clouds/targets.ts';
import { readConfig } from '../../../infra/config.ts';
import { type Estimate, formatEstimate } from '../../../infra/estimate.ts';
import { describeLab } from '../../../infra/lab.ts';
import { readRawConfig } from '../stack-config.ts';

/** Undefined where the lab costs nothing but the power of this machine. */
export type Cost = Estimate | undefined;

/** Keys that a cloud wants before it is used and that no price depends on, with what stands for them until they are set. */
const NO_MATTER: Record<string, { unset: (text: string | undefined) => boolean; standIn: string }> = {
  'lab:owner': { unset: (text) => text === 'none', standIn: 'nobody@example.org' },
  'lab:adminCidr': { unset: (text) => text?.startsWith('127.') ?? false, standIn: '192.0.2.1/32' },
};

/**
 * @param settings `lab:key=value`, as they would be given to `up`; they are not kept
 * @throws ConfigError, Problem
 */
export async function readCost(projectDir: string, stack: string, settings: readonly string[]): Promise<Cost> {
  const raw = readRawConfig(projectDir, stack, settings);
  for (const [key, { unset, standIn }] of Object.entries(NO_MATTER)) if (unset(raw[key])) raw[key] = standIn;
  const config = readConfig(raw, stack);
  const target = await targetOf(config.cloud);
  return target.estimateCost?.(describeLab(config));
}

export function formatCost(cost: Cost, stack: string): string {
  if (cost !== undefined) return formatEstimate(cost);
  return `Stack ${stack} runs on this machine: it costs nothing but the power that it draws.`;
}

/** What a program would read. */
export function costAsJson(cost: Cost): string {
  return JSON.stringify(cost ?? { items: [], perHour: 0, perMonth: 0, firstMonth: 0, unpriced: [] }, undefined, 2);
}
