/** Reads what the tests of a job have left in its sandbox. What cannot be read is told in the log, and counts as absent. */

import { ResultError } from '../results/result-error.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';
import type { JobLog } from './job-log.ts';

const MAX_RESULT_BYTES = 20 * 1024 * 1024;
const MAX_SOURCE_BYTES = 1024 * 1024;

/** What became of a result: there, absent, or there and of no use. */
export type Found<T> = { state: 'read'; value: T } | { state: 'absent' } | { state: 'malformed'; problem: string };

/** Reads the first of `paths` that is there. */
export async function readFirst<T>(
  sandbox: Sandbox,
  paths: readonly string[],
  parse: (text: string) => T,
  log: JobLog,
): Promise<Found<T>> {
  for (const path of paths) {
    try {
      const content = await sandbox.read(path, MAX_RESULT_BYTES);
      if (content !== undefined) return { state: 'read', value: parse(content.toString('utf8')) };
    } catch (error) {
      if (!(error instanceof ResultError || error instanceof RefusedFile)) throw error;
      const problem = `${path.replace(/^src\//, '')}: ${error.message}`;
      log.writeLine(problem);
      return { state: 'malformed', problem };
    }
  }
  return { state: 'absent' };
}

/** The text of a file of the checkout; null where it is not there or not to be had. */
export async function readSource(sandbox: Sandbox, path: string): Promise<string | null> {
  try {
    return (await sandbox.read(`src/${path}`, MAX_SOURCE_BYTES))?.toString('utf8') ?? null;
  } catch (error) {
    if (error instanceof RefusedFile) return null;
    throw error;
  }
}
