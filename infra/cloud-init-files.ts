/** Reads the folder cloud-init/ into memory, so that rendering needs no disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CloudInitFiles } from './cloud-init.ts';

export function readCloudInitFiles(projectDir: string): CloudInitFiles {
  const folder = join(projectDir, 'cloud-init');
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
}
