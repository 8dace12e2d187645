/**
 * The store of the packages that jobs share. The process around a fetching sandbox puts there what was made in it, after every program in
 * it has ended; no sandbox ever sees the store but read-only.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { SandboxPaths } from './bubblewrap.ts';

/** Keys of packages: the kind of project, and the hash of what it asks for. */
export const PACKAGE_KEY = '^[a-z]+-[0-9a-f]{32}$';
/** Folders below the job's own that may be stored. */
export const PACKAGE_FOLDER = '^[a-z][a-z0-9-]*$';

type StorePaths = Pick<SandboxPaths, 'cache' | 'workspace'>;

/** Full paths and an empty environment: nothing that a job has made is looked up on the way. */
const run = (program: string, ...args: string[]) =>
  execa(program, args, { cwd: '/', env: {}, extendEnv: false, stdin: 'ignore' });

/** Puts folders of the job into the store under a key, all at once, readable for every job; times stay, by which Python knows its compiled files. */
export async function storePackages(
  { cache, workspace }: StorePaths,
  key: string,
  folders: readonly string[],
): Promise<void> {
  const [made, stored] = [join(cache, `.${key}`), join(cache, key)];
  await rm(made, { recursive: true, force: true });
  await mkdir(made);
  const sources = folders.map((folder) => join(workspace, folder));
  await run('/usr/bin/cp', '--archive', '--', ...sources, made);
  // Links are passed over: they may lead anywhere.
  await run('/usr/bin/chmod', '--recursive', 'a+rX', '--', made);
  await rm(stored, { recursive: true, force: true });
  await rename(made, stored);
}

/** Removes everything. */
export async function clearPackages({ cache }: StorePaths): Promise<void> {
  for (const name of await readdir(cache)) await rm(join(cache, name), { recursive: true, force: true });
}

/** Returns the bytes that the store takes on its disk. */
export async function measurePackages({ cache }: StorePaths): Promise<number> {
  const { stdout } = await run('/usr/bin/du', '--summarize', '--block-size=1', '--', cache);
  return Number.parseInt(stdout, 10);
}
