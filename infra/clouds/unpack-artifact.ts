/** Artifacts as folders, for what takes no archive of ours: an image's build, a function's package. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import type { Artifact } from '../artifacts.ts';

/** The folder with an artifact's files, beside its archive and named by the same hash. */
export function unpackArtifact({ path, sha256 }: Artifact): string {
  const folder = join(dirname(path), sha256);
  if (existsSync(folder)) return folder;
  const work = mkdtempSync(join(dirname(path), '.unpacking-'));
  try {
    const content = join(work, 'content');
    mkdirSync(content);
    extract({ file: path, cwd: content, sync: true, strict: true });
    renameSync(content, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
