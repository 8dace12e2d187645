/** Authorities that this machine's network adds to those that every system trusts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where operators of Debian and Ubuntu keep them. */
const FOLDER = '/usr/local/share/ca-certificates';

/** The files of their certificates, sorted. */
export function findExtraAuthorities(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.crt'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
