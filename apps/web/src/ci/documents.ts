/** The documents that a run leaves for pages and programs: its tests, its coverage. */
import {
  CiCoverage,
  CiCoverageFile,
  CiTestList,
  coverageBlobName,
  coverageFileBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import Type, { type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { ReportStore } from './report-store.ts';

export interface CiDocuments {
  /** The tests of a run, failed ones first; undefined when it left none. */
  tests(runId: string): Promise<CiTestList | undefined>;
  /** The coverage of a run, file by file; undefined when it left none. */
  coverage(runId: string): Promise<CiCoverage | undefined>;
  /** One file of it line by line, by its path as `coverage` names it; undefined when there is no such file. */
  coverageFile(runId: string, path: string): Promise<CiCoverageFile | undefined>;
}

// All that is needed of a coverage to find one of its files.
const CoverageIndex = Type.Object({ files: Type.Array(Type.Object({ path: Type.String() })) });

/** Reads them from the blobs of runs; one that is not of the agreed shape is an error of the runner's. */
export function createCiDocuments(reports: Pick<ReportStore, 'document'>): CiDocuments {
  const read = async <T extends TSchema>(name: string, schema: T): Promise<Static<T> | undefined> => {
    const bytes = await reports.document(name);
    if (bytes === undefined) return undefined;
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    if (!Value.Check(schema, document)) throw new Error(`${name} is not of the agreed shape`);
    return document;
  };

  return {
    tests: (runId) => read(testsBlobName(runId), CiTestList),
    coverage: (runId) => read(coverageBlobName(runId), CiCoverage),
    async coverageFile(runId, path) {
      const index = (await read(coverageBlobName(runId), CoverageIndex))?.files.findIndex((file) => file.path === path);
      if (index === undefined || index === -1) return undefined;
      return read(coverageFileBlobName(runId, index), CiCoverageFile);
    },
  };
}
