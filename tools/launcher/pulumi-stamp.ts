/** The stamp in a toolchain's folder: written last, it says that the folder is whole, and how to tell if it no longer is. */

import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeAtomically } from './paths.ts';

export type Origin = 'path' | 'vendor' | 'built';

export type Stamp = {
  origin: Origin;
  /** Where `pulumi` lies; relative to the toolchain's folder if it is in there. */
  binDir: string;
  /** Size of each file that has to be there. */
  files: Record<string, number>;
};

const fileName = 'stamp.json';

/** Stamps a folder whose files are complete. */
export function writeStamp(folder: string, origin: Origin, binDir: string, files: string[]): void {
  const sizes = Object.fromEntries(files.map((file) => [file, statSync(resolve(folder, file)).size]));
  const stamp: Stamp = { origin, binDir, files: sizes };
  writeAtomically(join(folder, fileName), `${JSON.stringify(stamp, null, 2)}\n`);
}

/** Reads the stamp of a folder; undefined if there is none or a file isn't as it was. */
export function readStamp(folder: string): Stamp | undefined {
  try {
    const stamp: unknown = JSON.parse(readFileSync(join(folder, fileName), 'utf8'));
    if (!isStamp(stamp)) return undefined;
    const whole = Object.entries(stamp.files).every(([file, size]) => statSync(resolve(folder, file)).size === size);
    return whole ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/** Notes that the folder was used now. */
export function touchStamp(folder: string): void {
  try {
    utimesSync(join(folder, fileName), new Date(), new Date());
  } catch {
    // A cache that is someone else's can be used, too.
  }
}

/** Whether nobody has used the folder for so many days. */
export function isForgotten(folder: string, days: number): boolean {
  try {
    return Date.now() - statSync(join(folder, fileName)).mtimeMs > days * 86_400_000;
  } catch {
    return false;
  }
}

function isStamp(value: unknown): value is Stamp {
  if (typeof value !== 'object' || value === null) return false;
  if (!('origin' in value && 'binDir' in value && 'files' in value)) return false;
  return typeof value.binDir === 'string' && typeof value.files === 'object' && value.files !== null;
}
