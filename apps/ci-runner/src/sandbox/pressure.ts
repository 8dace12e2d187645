/** Notices when a job runs into the limits of its unit: the kernel counts that, in the unit's control groups. */
import { readFile, statfs } from 'node:fs/promises';
import { setInterval } from 'node:timers/promises';

/** How often a limit was met so far. */
export interface Pressure {
  memory: number;
  processes: number;
}

const ROOT = '/sys/fs/cgroup';
const SAMPLE_MS = 200;
/** A file system with less room than this is full. */
const FULL_BYTES = 64 * 1024;

/** The folders of this process's own control groups, by what /proc/self/cgroup says: version 1, version 2, or both at once. */
export function groupFolders(cgroups: string): { memory: string; pids: string } {
  const paths = new Map(
    cgroups
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
        return controllers.split(',').map((controller) => [controller, path] as const);
      }),
  );
  const folder = (controller: string): string => {
    const legacy = paths.get(controller);
    return legacy === undefined ? `${ROOT}${paths.get('') ?? ''}` : `${ROOT}/${controller}${legacy}`;
  };
  return { memory: folder('memory'), pids: folder('pids') };
}

async function readCounter(file: string, name: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Reads the counters as they stand. */
export async function readPressure(): Promise<Pressure> {
  const { memory, pids } = groupFolders(await readFile('/proc/self/cgroup', 'utf8'));
  const [legacyKills, kills, processes] = await Promise.all([
    readCounter(`${memory}/memory.oom_control`, 'oom_kill'),
    readCounter(`${memory}/memory.events`, 'oom_kill'),
    readCounter(`${pids}/pids.events`, 'max'),
  ]);
  return { memory: legacyKills + kills, processes };
}

/** Looks again and again until `signal` aborts, and then says whether the file system of `folder` was ever full. */
export async function watchDisk(folder: string, signal: AbortSignal): Promise<boolean> {
  let full = false;
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < FULL_BYTES) full = true;
  };
  try {
    for await (const _ of setInterval(SAMPLE_MS, undefined, { signal })) await look();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await look();
  return full;
}
