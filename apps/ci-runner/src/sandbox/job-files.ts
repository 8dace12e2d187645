/** The folder of one job: making it, and reading from it what an untrusted program has left there. */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { SandboxPaths } from './bubblewrap.ts';

/** A file that a job has left is not what its path says, or too large: not to be used. */
export class RefusedFile extends Error {
  override readonly name = 'RefusedFile';
}

const FOLDERS = ['home', 'out', 'src', 'tmp'];
const ETC: Readonly<Record<string, string>> = {
  passwd: 'student:x:1000:1000::/job/home:/bin/sh\n',
  group: 'student:x:1000:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
};

/** Makes the folders and files that every job's sandbox is put together from. */
export async function prepareSandbox({ workspace, etc }: SandboxPaths): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(workspace, folder), { recursive: true });
  await mkdir(etc, { recursive: true });
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(etc, name), text);
}

/** A path below the workspace. @throws RefusedFile where it leads out of it */
export function pathInside(workspace: string, path: string): string {
  const normal = normalize(path);
  if (normal.startsWith('..') || normal.startsWith(sep) || path.includes('\0')) {
    throw new RefusedFile(`${path} does not lie in the folder of the job.`);
  }
  return join(workspace, normal);
}

/**
 * Opens a file that a job wrote. A job may have put a link in its place, or in place of a folder on the way: so a path
 * that isn't what it says is refused.
 * @returns undefined where there is nothing
 * @throws RefusedFile when it isn't a plain file below `workspace`, or is larger than `maxBytes`
 */
export async function readJobFile(workspace: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
  const expected = pathInside(await realpath(workspace), path);
  const real = await realpath(expected).catch(() => undefined);
  if (real === undefined) return undefined;
  if (real !== expected) throw new RefusedFile(`${path} is not a plain file.`);
  const file = await open(expected, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new RefusedFile(`${path} is not a plain file.`);
    if (status.size > maxBytes) throw new RefusedFile(`${path} is larger than ${maxBytes} bytes.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Writes a file into the workspace, before any program of the job has run there. */
export async function writeJobFile(workspace: string, path: string, content: Buffer): Promise<void> {
  const target = pathInside(workspace, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content, { flag: 'wx' });
}

export interface ListOptions {
  max: number;
  /** Also those in folders below. */
  deep: boolean;
}

/** A plain file of a job. */
export interface JobFile {
  /** Relative to the folder that was listed. */
  path: string;
  /** Bytes that whoever reads it gets, whatever it takes on its disk. */
  size: number;
}

/** Lists the plain files in a folder of the job, sorted; links are passed over, and so is all beyond `max`. */
export async function listJobFiles(workspace: string, folder: string, { max, deep }: ListOptions): Promise<JobFile[]> {
  const top = pathInside(await realpath(workspace), folder);
  if ((await realpath(top).catch(() => null)) !== top) return [];
  const found: JobFile[] = [];
  const folders = [''];
  for (let next = folders.pop(); next !== undefined && found.length < max; next = folders.pop()) {
    for (const entry of await readdir(join(top, next), { withFileTypes: true })) {
      const path = next === '' ? entry.name : `${next}${sep}${entry.name}`;
      if (entry.isDirectory() && deep) folders.push(path);
      else if (entry.isFile() && found.length < max) {
        const { size } = await lstat(join(top, path));
        found.push({ path, size });
      }
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
