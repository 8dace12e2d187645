/**
 * Runs in the sandbox after the tests of a Node project: makes lcov.info and an HTML report of what V8 measured, with
 * the sources, the rules and so the total of c8. Writes nothing where nothing was measured.
 *
 *     collect-coverage <folder of NODE_V8_COVERAGE> <checkout> <folder for the reports>
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, writeReports } from './collect-coverage/reports.ts';
import { copyOwnSources } from './collect-coverage/v8-files.ts';

async function collectCoverage(v8Dir: string, checkout: string, reportDir: string): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'collect-coverage-'));
  try {
    const leftOut = await copyOwnSources(v8Dir, checkout, temporary);
    const [first] = leftOut;
    if (first !== undefined) {
      const files = `${leftOut.size} ${leftOut.size === 1 ? 'file' : 'files'}`;
      const path = relative(checkout, fileURLToPath(first));
      console.log(`No coverage of ${files}, ${path} for one: what ran is not what lies there, as with Jest.`);
      console.log('Let the test tool itself measure coverage, and write it as lcov.');
    }
    writeReports(await measure(temporary), reportDir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function main([v8Dir, checkout, reportDir]: readonly string[]): Promise<number> {
  if (v8Dir === undefined || checkout === undefined || reportDir === undefined) {
    console.error('usage: collect-coverage V8_FOLDER CHECKOUT REPORT_FOLDER');
    return 2;
  }
  const [from, to] = [resolve(v8Dir), resolve(reportDir)];
  // What c8 is made of takes the working folder for the project; V8 names files by their real paths.
  process.chdir(await realpath(checkout));
  await collectCoverage(from, process.cwd(), to);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`The coverage could not be collected: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
