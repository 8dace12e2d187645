/** Which machine each host gets. */
import type { LabConfig } from '../../config.ts';
import type { Host } from '../../lab.ts';
import { Problem } from '../../problem.ts';
import { KNOWN_SIZES } from './prices.ts';

/** What Debian with its agent takes beside the roles of a host, MiB. */
const SYSTEM_MEMORY = 300;

/** MiB that the machine of a host has to have. */
export function memoryOf(host: Host): number {
  return host.memory + SYSTEM_MEMORY;
}

/**
 * The name of a host's machine size: what `lab:size` says, or the cheapest that has its memory.
 * @throws Problem where no size is large enough
 */
export function chooseSize(host: Host, config: LabConfig): string {
  if (config.size !== 'auto') return config.size;
  const size = KNOWN_SIZES.find(({ auto, memoryMib }) => auto && memoryMib >= memoryOf(host));
  if (size === undefined) {
    throw new Problem(
      `Host ${host.name} needs ${memoryOf(host)} MiB of memory, more than any size that lab:size auto knows. Name one with -c lab:size=<size>, or give its jobs less: lab:ciJobsPerRunner, lab:ciMemory.`,
    );
  }
  return size.name;
}
