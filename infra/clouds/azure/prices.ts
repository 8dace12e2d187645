/** The price table: list prices of what a lab is made of on Azure. prices.json says where each comes from. */
import prices from './prices.json' with { type: 'json' };

export type MachineSize = {
  vcpus: number;
  memoryMib: number;
  /** Units of CURRENCY. */
  perHour: number;
  /** Whether `lab:size: auto` may choose it: x64, second generation, trusted launch, and data disks where the hosts look for them. */
  auto: boolean;
};

/** Of every price in the table. */
export const CURRENCY = prices.currency;

/** Where the prices come from, as a person is told. */
export const BASIS = `public list prices noted on ${prices.date}, machines of ${prices.region}: an estimate and no quote`;

export const PRICES = prices;

const SIZES: Readonly<Record<string, MachineSize>> = prices.sizes;

/** Every size with a known price, the cheapest first; of two at the same price, the one with more memory. */
export const KNOWN_SIZES: readonly (MachineSize & { name: string })[] = Object.entries(SIZES)
  .map(([name, size]) => ({ name, ...size }))
  .sort((one, other) => one.perHour - other.perHour || other.memoryMib - one.memoryMib);

/** What is known of a size; names are compared as Azure does, without regard to case. Undefined: nothing is. */
export function findSize(name: string): MachineSize | undefined {
  return KNOWN_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase());
}

/** The tier in which a standard SSD is billed: the next larger one. @throws Error where there is none */
export function findDiskTier(gib: number): { tier: string; perMonth: number } {
  const tier = prices.standardSsd.find((candidate) => candidate.gib >= gib);
  if (tier === undefined) throw new Error(`no price is known for a disk of ${gib} GiB`);
  return tier;
}
