/**
 * Runs in the sandbox after the tests: reads what they left, so that a hostile report costs the job's memory and time,
 * not the runner's. What cannot be read is told on standard output, for the log.
 *
 *     read-results --out FILE [--junit FILE]... [--coverage FILE]...    (files below the working folder; the first counts)
 */
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readCoverage } from './results/coverage.ts';
import { type Found, writeFoundResults } from './results/found-results.ts';
import { readJUnit } from './results/junit.ts';
import { NothingMeasured, ResultError } from './results/result-error.ts';
import { RefusedFile, readJobFile } from './sandbox/job-files.ts';

const MAX_BYTES = 20 * 1024 * 1024;

async function readFirst<T>(paths: readonly string[], parse: (text: string) => T): Promise<Found<T>> {
  for (const path of paths) {
    try {
      const content = await readJobFile(process.cwd(), path, MAX_BYTES);
      if (content !== undefined) return { state: 'read', value: parse(content.toString('utf8')) };
    } catch (error) {
      if (error instanceof NothingMeasured) continue;
      if (!(error instanceof ResultError || error instanceof RefusedFile)) throw error;
      const problem = `${path.replace(/^src\//, '')}: ${error.message}`;
      console.log(problem);
      return { state: 'malformed', problem };
    }
  }
  return { state: 'absent' };
}

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    junit: { type: 'string', multiple: true, default: [] },
    coverage: { type: 'string', multiple: true, default: [] },
  },
});
const out = values.out ?? 'results.json';
const found = {
  junit: await readFirst(values.junit, readJUnit),
  coverage: await readFirst(values.coverage, readCoverage),
};
// The tests may have put anything in its place.
await rm(out, { recursive: true, force: true });
await writeFile(out, writeFoundResults(found), { flag: 'wx' });
