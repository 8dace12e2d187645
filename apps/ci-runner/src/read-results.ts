/**
 * Runs in the sandbox after the tests: reads what they left, and writes the documents that people look at, so that a hostile report costs
 * the job's memory and time, not the runner's. What cannot be read is told on standard output, for the log.
 *
 *     read-results --out FOLDER [--diff FILE] [--junit FILE]... [--coverage FILE]... [--report FOLDER]...
 *
 * All paths are below the working folder; the first of several that is there counts. FOLDER then holds summary.json, and where there is
 * something for them tests.json, coverage.json with coverage/<n>.json, and report/.
 */
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ChangedLines, readChangedLines } from './results/changed-lines.ts';
import { type Coverage, readCoverage } from './results/coverage.ts';
import { describeCoverage } from './results/coverage-documents.ts';
import { writeHtmlReport } from './results/html-report.ts';
import { readJUnit } from './results/junit.ts';
import { REPORT_INDEX, REPORT_LIMITS, refuseReport, reportPages } from './results/report-limits.ts';
import { NothingMeasured, ResultError } from './results/result-error.ts';
import { cutText, type ResultSummary } from './results/result-summary.ts';
import { listJobFiles, RefusedFile, readJobFile } from './sandbox/job-files.ts';

const MAX_BYTES = 20 * 1024 * 1024;
const MAX_SOURCE_BYTES = 1024 * 1024;

type Found<T> = { state: 'read'; value: T } | { state: 'absent' } | { state: 'malformed'; problem: string };

async function readFirst<T>(paths: readonly string[], parse: (text: string) => T): Promise<Found<T>> {
  for (const path of paths) {
    try {
      const content = await readJobFile(process.cwd(), path, MAX_BYTES);
      if (content !== undefined) return { state: 'read', value: parse(content.toString('utf8')) };
    } catch (error) {
      if (error instanceof NothingMeasured) continue;
      if (!(error instanceof ResultError || error instanceof RefusedFile)) throw error;
      const problem = cutText(`${path.replace(/^src\//, '')}: ${error.message}`);
      console.log(problem);
      return { state: 'malformed', problem };
    }
  }
  return { state: 'absent' };
}

/** The lines that the commit changed in the files that were measured; none where Git could not say. */
async function findChangedLines(diff: string | undefined, { files }: Coverage): Promise<ChangedLines> {
  if (diff === undefined) return new Map();
  const paths = new Set(files.map(({ path }) => path));
  try {
    return await readChangedLines(createReadStream(diff), (path) => paths.has(path));
  } catch (error) {
    if (error instanceof ResultError) console.log(error.message);
    return new Map();
  }
}

/** The text of a file of the checkout; null where it is not there or not to be had. */
async function readSource(path: string): Promise<string | null> {
  try {
    return (await readJobFile(process.cwd(), `src/${path}`, MAX_SOURCE_BYTES))?.toString('utf8') ?? null;
  } catch (error) {
    if (error instanceof RefusedFile) return null;
    throw error;
  }
}

/** Chooses the HTML report that the project's own tool left; where there is none that may be stored, makes one from the coverage. */
async function findReport(
  folders: readonly string[],
  coverage: Found<Coverage>,
  made: string,
): Promise<ResultSummary['report']> {
  let problem: string | null = null;
  for (const folder of folders) {
    const options = { max: REPORT_LIMITS.files + 100, deep: true };
    const files = reportPages(await listJobFiles(process.cwd(), folder, options));
    if (!files.some(({ path }) => path === REPORT_INDEX)) continue;
    problem = refuseReport(files);
    if (problem === null) return { folder, problem };
    console.log(problem);
    break;
  }
  if (coverage.state !== 'read' || coverage.value.files.length === 0) return { folder: null, problem };
  try {
    await writeHtmlReport(coverage.value, readSource, made);
    return { folder: made, problem };
  } catch (error) {
    console.log(`The coverage report could not be made: ${error instanceof Error ? error.message : String(error)}`);
    return { folder: null, problem };
  }
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'out/results' },
    diff: { type: 'string' },
    junit: { type: 'string', multiple: true, default: [] },
    coverage: { type: 'string', multiple: true, default: [] },
    report: { type: 'string', multiple: true, default: [] },
  },
});
const { out } = values;
const writeJson = (name: string, value: unknown): Promise<void> =>
  writeFile(join(out, name), JSON.stringify(value), { flag: 'wx' });

// The tests may have put anything in its place.
await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'coverage'), { recursive: true });

const junit = await readFirst(values.junit, readJUnit);
if (junit.state === 'read') await writeJson('tests.json', { tests: junit.value.cases });

const coverage = await readFirst(values.coverage, readCoverage);
let changed: { covered: number; total: number } | null = null;
let files = 0;
if (coverage.state === 'read') {
  const lines = await findChangedLines(values.diff, coverage.value);
  const documents = await describeCoverage(coverage.value, lines, readSource);
  for (const [index, file] of documents.files.entries()) await writeJson(`coverage/${index}.json`, file);
  await writeJson('coverage.json', documents.summary);
  changed = documents.summary.changed;
  files = documents.files.length;
}

const summary: ResultSummary = {
  junit:
    junit.state === 'read'
      ? {
          state: 'read',
          tests: junit.value.tests,
          firstFailure: junit.value.firstFailure === null ? null : cutText(junit.value.firstFailure),
        }
      : junit,
  coverage: coverage.state === 'read' ? { state: 'read', percent: coverage.value.percent, changed, files } : coverage,
  report: await findReport(values.report, coverage, join(out, 'report')),
};
await writeJson('summary.json', summary);
