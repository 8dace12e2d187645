/** Finds which process listens on a TCP port of this machine, from /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandOf } from './processes.ts';

export type Listener = {
  port: number;
  /** Such as `python3 (process 4711)`; undefined where it belongs to someone whose processes cannot be looked into. */
  process?: string;
};

const LISTEN = '0A';

/** The listener on a port, on whichever address; undefined where the port is free (or nothing can be found out). */
export function findListener(port: number): Listener | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state !== LISTEN || !local.endsWith(`:${wanted}`)) continue;
      const process = describeOwner(inode);
      return process === undefined ? { port } : { port, process };
    }
  }
  return undefined;
}

function describeOwner(inode: string): string | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    try {
      for (const descriptor of readdirSync(folder)) {
        if (readlinkSync(`${folder}/${descriptor}`) === `socket:[${inode}]`)
          return `${commandOf(Number(pid)) ?? 'a process'} (process ${pid})`;
      }
    } catch {
      // It is someone else's, or it has just ended.
    }
  }
  return undefined;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}
