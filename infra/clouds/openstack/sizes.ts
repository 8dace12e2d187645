/** Which machine each host gets: its flavor, from those that the cloud lists, and the disks that go with it. */
import type { LabConfig } from '../../config.ts';
import type { Host } from '../../lab.ts';
import { Problem } from '../../problem.ts';
import type { Flavor, Image } from './offers.ts';

/** What Debian takes beside the roles of a host, MiB. */
const SYSTEM_MEMORY = 300;
/** Of the disk that a host boots from: Debian with the packages and programs of any role, and its logs. */
export const SYSTEM_DISK_GIB = 10;
/** Of the volume of a host that keeps data. */
export const DATA_DISK_GIB = 10;

/** MiB that the machine of a host has to have. */
export function memoryOf(host: Host): number {
  return host.memory + SYSTEM_MEMORY;
}

/** GiB of the volume that a machine of this flavor boots from; undefined where the flavor has a disk. */
export function systemVolumeOf({ diskGib }: Flavor, { minDiskGib }: Image): number | undefined {
  return diskGib === 0 ? Math.max(SYSTEM_DISK_GIB, minDiskGib) : undefined;
}

/**
 * The flavor of a host: the one that `lab:size` names, or the smallest that suits it.
 * @throws Problem where there is none
 */
export function chooseFlavor(
  host: Host,
  { size }: Pick<LabConfig, 'size'>,
  flavors: readonly Flavor[],
  image: Image,
): Flavor {
  const least = Math.max(memoryOf(host), image.minMemoryMib);
  if (size !== 'auto') {
    const named = flavors.find(({ name }) => name === size);
    if (named === undefined) {
      throw new Problem(`lab:size is ${size}, which is no flavor of this project. ${suggest(flavors)}`);
    }
    const why = findFault(named, least, image);
    if (why === undefined) return named;
    throw new Problem(
      `lab:size ${size} ${why} for host ${host.name}. Let the lab choose, -c lab:size=auto, or give jobs less: lab:ciJobsPerRunner, lab:ciMemory. ${suggest(flavors)}`,
    );
  }
  const [smallest] = [...flavors]
    // A second disk that is empty could be taken for the one with the data.
    .filter((flavor) => flavor.extraGib === 0 && findFault(flavor, least, image) === undefined)
    .sort(bySize);
  if (smallest !== undefined) return smallest;
  throw new Problem(
    `Host ${host.name} needs ${least} MiB of memory and ${diskFor(image)} GiB of disk, which no flavor of this project has. Give its jobs less (lab:ciJobsPerRunner, lab:ciMemory), or name a flavor with lab:size. ${suggest(flavors)}`,
  );
}

function findFault({ memoryMib, diskGib }: Flavor, least: number, image: Image): string | undefined {
  if (memoryMib < least) return `has ${memoryMib} MiB of memory where ${least} MiB are needed`;
  const disk = diskFor(image);
  if (diskGib !== 0 && diskGib < disk) return `has ${diskGib} GiB of disk where ${disk} GiB are needed`;
  return undefined;
}

function diskFor({ minDiskGib }: Image): number {
  return Math.max(SYSTEM_DISK_GIB, minDiskGib);
}

function bySize(a: Flavor, b: Flavor): number {
  return a.memoryMib - b.memoryMib || a.vcpus - b.vcpus || a.diskGib - b.diskGib || (a.name < b.name ? -1 : 1);
}

function suggest(flavors: readonly Flavor[]): string {
  const texts = [...flavors]
    .sort(bySize)
    .map(({ name, memoryMib, vcpus, diskGib }) => `${name} (${memoryMib} MiB, ${vcpus} vCPU, ${diskGib} GiB)`);
  return texts.length === 0 ? 'It has none at all.' : `There are: ${texts.join(', ')}.`;
}
