/** What runs leave in blob storage, as the runners put it there: logs, coverage reports, documents. */
import type { Readable } from 'node:stream';
import { type BlobDownloadResponseParsed, type BlobServiceClient, RestError } from '@azure/storage-blob';
import {
  CI_CONTAINER,
  cancelledBlobName,
  logBlobName,
  MAX_DOCUMENT_BYTES,
  reportPrefix,
  runPrefix,
} from '@cloud-lab/common/ci-messages';
import { UnavailableError } from '../errors.ts';
import { tooLarge } from './parse-document.ts';

export interface ReportFile {
  body: Readable;
  etag: string | undefined;
  size: number | undefined;
}

/** A part of a log. */
export interface LogPiece {
  bytes: Buffer;
  /** Bytes that the log holds by now; less than before, and it was begun anew. */
  size: number;
  /** When this log was begun, where the storage tells. */
  begunAt: Date | undefined;
}

export interface ReportStore {
  /** A file of a run's coverage report; undefined when there is none. */
  file(runId: string, path: string): Promise<ReportFile | undefined>;
  /** What the log holds from `offset` (bytes) on, some of it; nothing when there is nothing more yet. */
  log(runId: string, offset: number): Promise<LogPiece>;
  /** The whole blob of this name; undefined when there is none. @throws HttpError where it is too large to be read */
  document(name: string): Promise<Buffer | undefined>;
  /** Leaves the mark that has a runner end this run, if one is at work on it. */
  markCancelled(runId: string): Promise<void>;
  /** Returns the bytes that all a run has left takes. */
  measure(runId: string): Promise<number>;
  /** Deletes all that a run has left; what is gone already is fine. */
  remove(runId: string): Promise<void>;
}

const ANSWER_LIMIT_MS = 10_000;
const DOCUMENT_LIMIT_MS = 30_000;
const LOG_CHUNK_BYTES = 1024 * 1024;
const DELETE_AT_ONCE = 8;

/** Reads and deletes them in the container of the CI. */
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
        const body = bodyOf(answer);
        return body && { body, etag: answer.etag, size: answer.contentLength };
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
        const bytes = await collect(answer);
        return { bytes, size: totalOf(answer.contentRange) ?? offset + bytes.length, begunAt: answer.createdOn };
      } catch (error) {
        const nothing = { bytes: Buffer.alloc(0), begunAt: undefined };
        // 404: the run has not written yet; 416: nothing after offset.
        if (statusOf(error) === 404) return { ...nothing, size: 0 };
        if (statusOf(error) === 416) return { ...nothing, size: totalOf(rangeIn(error)) ?? offset };
        throw unavailable(error);
      }
    },

    async document(name) {
      const abortSignal = AbortSignal.timeout(DOCUMENT_LIMIT_MS);
      try {
        // One byte more tells whether there is more.
        const answer = await container.getBlobClient(name).download(0, MAX_DOCUMENT_BYTES + 1, { abortSignal });
        const bytes = await collect(answer);
        if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        // An empty blob has no first byte.
        if (statusOf(error) === 416) return Buffer.alloc(0);
        throw unavailable(error);
      }
      throw tooLarge();
    },

    async markCancelled(runId) {
      const abortSignal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      try {
        // The first runner makes the container, and there may have been none yet.
        await container.createIfNotExists({ abortSignal });
        await container.getBlockBlobClient(cancelledBlobName(runId)).upload('', 0, { abortSignal });
      } catch (error) {
        throw unavailable(error);
      }
    },

    async measure(runId) {
      let bytes = 0;
      try {
        const pages = container.listBlobsFlat({ prefix: runPrefix(runId) }).byPage();
        for await (const { segment } of pages) {
          for (const { properties } of segment.blobItems) bytes += properties.contentLength ?? 0;
        }
      } catch (error) {
        if (statusOf(error) !== 404) throw unavailable(error);
      }
      return bytes;
    },

    async remove(runId) {
      try {
        const pages = container.listBlobsFlat({ prefix: runPrefix(runId) }).byPage({ maxPageSize: 500 });
        for await (const { segment } of pages) {
          const names = segment.blobItems.map(({ name }) => name);
          while (names.length > 0) {
            const some = names.splice(0, DELETE_AT_ONCE);
            await Promise.all(some.map((name) => container.getBlobClient(name).deleteIfExists()));
          }
        }
      } catch (error) {
        // Without a container there is nothing in it.
        if (statusOf(error) !== 404) throw unavailable(error);
      }
    },
  };
}

const bodyOf = (answer: BlobDownloadResponseParsed): Readable | undefined =>
  answer.readableStreamBody as Readable | undefined;

async function collect(answer: BlobDownloadResponseParsed): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyOf(answer) ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

const rangeIn = (error: unknown): string | undefined =>
  error instanceof RestError ? error.response?.headers.get('content-range') : undefined;

/** The size of the blob in a header such as `bytes 0-4/5`. */
function totalOf(range: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(range ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

const unavailable = (cause: unknown): UnavailableError =>
  new UnavailableError("The lab's storage, which holds logs and reports, does not answer. Try again soon.", cause);
