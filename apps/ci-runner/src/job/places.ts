/** Whether the sandboxes of a host can be opened: somebody listens at the socket of each. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The kernel's list of Unix sockets: proc_net_unix(5). */
const SOCKETS = '/proc/net/unix';
/** Its sign of a socket that takes connections, among the flags of a line. */
const TAKES_CONNECTIONS = 0x10000;

/** @param folder of the sockets, `<number>.sock` from 1 on */
export const placePath = (folder: string, number: number): string => join(folder, `${number}.sock`);

/** @param folder of the sockets */
export const fetchPath = (folder: string): string => join(folder, 'fetch.sock');

/**
 * Whether every place for a job is open, and the one that fills the package caches. No connection is made, as each would start a
 * sandbox.
 */
export async function arePlacesOpen(folder: string, count: number): Promise<boolean> {
  const paths = [fetchPath(folder), ...Array.from({ length: count }, (_, index) => placePath(folder, index + 1))];
  const [listened, ...areThere] = await Promise.all([readListened(), ...paths.map(isSocket)]);
  return areThere.every(Boolean) && paths.every((path) => listened.has(path));
}

async function readListened(): Promise<Set<string>> {
  const [, ...lines] = (await readFile(SOCKETS, 'utf8')).split('\n');
  const fields = lines.map((line) => /^\S+ \S+ \S+ ([\dA-F]+) \S+ \S+ +\d+ (.+)$/.exec(line));
  return new Set(
    fields.flatMap((match) =>
      match !== null && (Number.parseInt(match[1] ?? '', 16) & TAKES_CONNECTIONS) !== 0 ? [match[2] ?? ''] : [],
    ),
  );
}

async function isSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() ?? false;
}
