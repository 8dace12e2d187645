/** The documents that a run leaves for pages and programs: its tests, its coverage. */
import {
  CiCoverage,
  CiCoverageFile,
  CiTestList,
  coverageBlobName,
  coverageFileBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { ownerOf } from '../limits/addresses.ts';
import { DOCUMENTS, SHARE_OF_ADDRESS } from '../limits/table.ts';
import { Turns } from '../limits/turns.ts';
import { UnsentBytes } from '../limits/unsent-bytes.ts';
import { parseDocument } from './parse-document.ts';
import type { ReportStore } from './report-store.ts';

/** A document as text, which takes little memory; calling it parses it. */
export type Unparsed<T> = () => T;

export type DocumentReader = {
  /** The tests of a run, failed ones first; undefined when it left none. */
  tests(runId: string): Promise<Unparsed<CiTestList> | undefined>;
  /** The coverage of a run, file by file; undefined when it left none. */
  coverage(runId: string): Promise<Unparsed<CiCoverage> | undefined>;
  /** One file of it line by line, by its path as `coverage` names it; undefined when there is no such file. */
  coverageFile(runId: string, path: string): Promise<Unparsed<CiCoverageFile> | undefined>;
};

export type CiDocuments = {
  /**
   * Has `answer` read documents, and sends what it then makes of them; few at a time, as both take much memory.
   * @param answer gives what parses the documents and makes the answer in one go: nothing that is parsed waits for anything
   * @throws TryAgainError where too many others do the same
   */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: (read: DocumentReader) => Promise<() => string>,
  ): Promise<FastifyReply>;
};

const MIB = 1024 * 1024;

// All that is needed of a coverage to find one of its files.
const CoverageIndex = Type.Object({ files: Type.Array(Type.Object({ path: Type.String() })) });

/** Reads them from the blobs of runs; one that is not of the agreed shape is an error of the runner's. */
export function createCiDocuments(reports: Pick<ReportStore, 'document'>): CiDocuments {
  const turns = new Turns(DOCUMENTS);
  const unsent = new UnsentBytes({
    inAll: DOCUMENTS.unsentMiB * MIB,
    ofAddress: DOCUMENTS.unsentMiB * MIB * SHARE_OF_ADDRESS,
    idleSeconds: DOCUMENTS.idleSeconds,
  });
  const reader = createReader(reports);
  return {
    async send(request, reply, answer) {
      const address = ownerOf(request);
      const body = await turns.run(address, async () => Buffer.from((await answer(reader))()));
      return unsent.send(reply, address, body);
    },
  };
}

function createReader(reports: Pick<ReportStore, 'document'>): DocumentReader {
  const read = async <T extends TSchema>(name: string, schema: T): Promise<Unparsed<Static<T>> | undefined> => {
    const bytes = await reports.document(name);
    return bytes && (() => parseDocument(name, bytes, schema));
  };

  return {
    tests: (runId) => read(testsBlobName(runId), CiTestList),
    coverage: (runId) => read(coverageBlobName(runId), CiCoverage),
    async coverageFile(runId, path) {
      const coverage = await read(coverageBlobName(runId), CoverageIndex);
      const index = coverage?.().files.findIndex((file) => file.path === path);
      if (index === undefined || index === -1) return undefined;
      return read(coverageFileBlobName(runId, index), CiCoverageFile);
    },
  };
}
