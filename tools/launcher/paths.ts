/** Where the lab keeps things on the operator's machine: the project, its cache and its data. */

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** The three folders that the launcher works in. */
export type LabPaths = {
  /** The root of the repository. */
  projectDir: string;
  /** What can be made again: the engine, base images. */
  cacheDir: string;
  /** What can't: state, keys, logs. Only its owner may read it. */
  dataDir: string;
};

/** Gives the lab's folders, by the XDG rules; creates the two outside the project. */
export function labPaths(env: NodeJS.ProcessEnv = process.env): LabPaths {
  const home = env.HOME ?? homedir();
  const paths = {
    projectDir: resolve(import.meta.dirname, '..', '..'),
    cacheDir: join(xdgFolder(env.XDG_CACHE_HOME, join(home, '.cache')), 'cloud-lab'),
    dataDir: join(xdgFolder(env.XDG_DATA_HOME, join(home, '.local', 'share')), 'cloud-lab'),
  };
  makeFolder(paths.cacheDir, 0o755);
  makeFolder(paths.dataDir, 0o700);
  return paths;
}

/** Writes a file so that a reader sees the old content or the new, never a part, even after a crash. */
export function writeAtomically(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    writeFileSync(draft, content, { mode, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The XDG rules: an empty or relative value counts as unset. */
function xdgFolder(value: string | undefined, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The folder ${path} can't be created (${reason}). Make it writable, or set XDG_CACHE_HOME and XDG_DATA_HOME to folders that are.`,
    );
  }
}
