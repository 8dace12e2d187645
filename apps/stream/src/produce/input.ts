/** Where the messages come from when no flag says it. */
import { fstatSync } from 'node:fs';

/**
 * Whether standard input is something that lines come from: a pipe, a file or a socket. A terminal is none, nor is
 * /dev/null, which services and cron jobs have there.
 */
export function hasInput(descriptor = 0): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}
