/** The folder of one job on the host, and reading from it what an untrusted program has left there. */
import { constants } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, readdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { execa } from 'execa';

/** Makes a fresh folder for a job, with the folders that its steps expect in it. */
export async function createWorkspace(root: string): Promise<string> {
  const jobs = join(root, 'jobs');
  await mkdir(jobs, { recursive: true });
  const workspace = await mkdtemp(join(jobs, 'job-'));
  for (const folder of ['home', 'out', 'src']) await mkdir(join(workspace, folder));
  return workspace;
}

/** Removes a job's folder, whatever permissions its programs gave to what they made. */
export async function removeWorkspace(workspace: string): Promise<void> {
  try {
    await rm(workspace, { recursive: true, force: true });
  } catch {
    await execa('chmod', ['-R', 'u+rwX', '--', workspace], { reject: false });
    await rm(workspace, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes what runners before this one left when they were killed; only one runner works below `root`. */
export async function removeLeftovers(root: string): Promise<void> {
  const jobs = join(root, 'jobs');
  await mkdir(jobs, { recursive: true });
  for (const name of await readdir(jobs)) await removeWorkspace(join(jobs, name));
}

/** Whether a plain file is there. */
export async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isFile() ?? false;
}

/**
 * Reads a file that a job wrote. A job may have put a link in its place, or in place of a folder on the way, to a
 * file that only the runner may see: so a path that isn't what it says is refused.
 * @throws Error when it isn't a plain file below `workspace`, or is larger than `maxBytes`.
 */
export async function readJobFile(workspace: string, path: string, maxBytes: number): Promise<Buffer> {
  const root = await realpath(workspace);
  if ((await realpath(join(root, path))) !== join(root, path)) throw new Error(`${path} is not a plain file.`);
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Error(`${path} is not a plain file.`);
    if (status.size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The plain files below a folder of the job, as paths relative to it; links are passed over, and so is all beyond `max`. */
export async function listJobFiles(workspace: string, folder: string, max: number): Promise<string[]> {
  const root = await realpath(workspace);
  const top = join(root, folder);
  if ((await realpath(top).catch(() => null)) !== top) return [];
  const found: string[] = [];
  const folders = [''];
  for (let next = folders.pop(); next !== undefined && found.length < max; next = folders.pop()) {
    for (const entry of await readdir(join(top, next), { withFileTypes: true })) {
      const path = next === '' ? entry.name : `${next}${sep}${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && found.length < max) found.push(path);
    }
  }
  return found.sort();
}
