/** From what V8 measured to reports. */
import { readFileSync } from 'node:fs';
import { Report } from 'c8';
import type { CoverageMap } from 'istanbul-lib-coverage';
import libReport from 'istanbul-lib-report';
import HtmlReport from 'istanbul-reports/lib/html/index.js';
import LcovOnlyReport from 'istanbul-reports/lib/lcovonly/index.js';

const NO_SOURCE = 'The source of this file is not here.';

function readSource(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return NO_SOURCE;
  }
}

/** Measures the sources below the working folder, but tests and what else c8 leaves out unless it is told otherwise. */
export async function measure(v8Dir: string): Promise<CoverageMap> {
  const report = new Report({
    reporter: [],
    tempDirectory: v8Dir,
    excludeNodeModules: true,
    omitRelative: true,
    resolve: '',
  });
  return await report.getCoverageMapFromAllCoverageFiles();
}

/** Writes lcov.info, and index.html with its pages; nothing where nothing was measured. */
export function writeReports(coverage: CoverageMap, reportDir: string): void {
  if (coverage.files().length === 0) return;
  const context = libReport.createContext({ dir: reportDir, coverageMap: coverage, sourceFinder: readSource });
  new LcovOnlyReport({ projectRoot: process.cwd() }).execute(context);
  new HtmlReport({}).execute(context);
}
