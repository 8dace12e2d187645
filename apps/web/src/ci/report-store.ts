/** Logs and coverage reports of runs, as the runners leave them in blob storage. */
import type { Readable } from 'node:stream';
import { type BlobServiceClient, RestError } from '@azure/storage-blob';
import { CI_CONTAINER, logBlobName, reportPrefix } from '@cloud-lab/common/ci-messages';
import { UnavailableError } from '../errors.ts';

export interface ReportFile {
  body: Readable;
  etag: string | undefined;
  size: number | undefined;
}

export interface ReportStore {
  /** A file of a run's coverage report; undefined when there is none. */
  file(runId: string, path: string): Promise<ReportFile | undefined>;
  /** What the log holds from `offset` on, some of it; empty when there is nothing more yet. */
  log(runId: string, offset: number): Promise<Buffer>;
}

const ANSWER_LIMIT_MS = 10_000;
const LOG_CHUNK_BYTES = 1024 * 1024;

/** Reads them from the container of the CI. */
export function createBlobReportStore(service: BlobServiceClient): ReportStore {
  const container = service.getContainerClient(CI_CONTAINER);

  return {
    async file(runId, path) {
      // The limit is for the answer to begin: how long a body takes is the client's affair.
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), ANSWER_LIMIT_MS);
      try {
        const blob = container.getBlobClient(`${reportPrefix(runId)}${path}`);
        const answer = await blob.download(0, undefined, { abortSignal: limit.signal });
        if (answer.readableStreamBody === undefined) return undefined;
        return { body: answer.readableStreamBody as Readable, etag: answer.etag, size: answer.contentLength };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw unavailable(error);
      } finally {
        clearTimeout(timer);
      }
    },

    async log(runId, offset) {
      const abortSignal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      try {
        const blob = container.getBlobClient(logBlobName(runId));
        const answer = await blob.download(offset, LOG_CHUNK_BYTES, { abortSignal });
        const chunks: Buffer[] = [];
        for await (const chunk of answer.readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        return Buffer.concat(chunks);
      } catch (error) {
        // 404: the run has not written yet; 416: nothing after offset.
        if (statusOf(error) === 404 || statusOf(error) === 416) return Buffer.alloc(0);
        throw unavailable(error);
      }
    },
  };
}

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

const unavailable = (cause: unknown): UnavailableError =>
  new UnavailableError("The lab's storage, which holds logs and reports, does not answer. Try again soon.", cause);
