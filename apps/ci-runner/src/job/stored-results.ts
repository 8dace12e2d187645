/** Stores what a run leaves behind: its report page by page, its tests, its coverage line by line, its result. */
import { extname } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import {
  CiResult,
  coverageBlobName,
  coverageFileBlobName,
  MAX_DOCUMENT_BYTES,
  reportPrefix,
  resultBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import { Value } from 'typebox/value';
import { REPORT_INDEX, REPORT_LIMITS, refuseReport, reportPages } from '../results/report-limits.ts';
import type { Sandbox } from '../sandbox/client.ts';
import { RefusedFile } from '../sandbox/job-files.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

/** Of all documents of a run: tests, coverage, and its files line by line. */
const MAX_DOCUMENTS_BYTES = 48 * 1024 * 1024;
const AT_ONCE = 8;

/** Reads what a job has left: a part of its sandbox. */
export type JobFiles = Pick<Sandbox, 'read' | 'list'>;

/** The content type of a file of the report, by its ending. */
export function contentType(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

/** Stores the results of one run. Each method may be called again for the same run: the later call counts. */
export class StoredResults {
  readonly #container: ContainerClient;
  readonly #id: string;
  readonly #signal: AbortSignal;
  /** Bytes that may still be stored: a sandbox in which something goes on may change a file after it was looked at. */
  readonly #room = { report: REPORT_LIMITS.bytes as number, documents: MAX_DOCUMENTS_BYTES };

  constructor(container: ContainerClient, id: string, signal: AbortSignal) {
    this.#container = container;
    this.#id = id;
    this.#signal = signal;
  }

  /** The result of an earlier time that this job was run; null where there is none. */
  async earlier(): Promise<CiResult | null> {
    const blob = this.#container.getBlobClient(resultBlobName(this.#id));
    if (!(await blob.exists({ abortSignal: this.#signal }))) return null;
    const text = (await blob.downloadToBuffer(0, undefined, { abortSignal: this.#signal })).toString('utf8');
    const result: unknown = JSON.parse(text);
    return Value.Check(CiResult, result) ? result : null;
  }

  /** Stores the HTML report in a folder of the job; `problem` says why it is not stored where it is too large. */
  async storeReport(job: JobFiles, folder: string): Promise<{ isStored: boolean; problem: string | null }> {
    const files = reportPages(await job.list(folder, REPORT_LIMITS.files + 100, { deep: true }));
    if (!files.some(({ path }) => path === REPORT_INDEX)) return { isStored: false, problem: null };
    const problem = refuseReport(files);
    if (problem !== null) return { isStored: false, problem };
    const upload = async (path: string): Promise<void> => {
      const content = await job.read(`${folder}/${path}`, REPORT_LIMITS.fileBytes);
      if (content === undefined) return;
      this.#take('report', content);
      await this.#upload(`${reportPrefix(this.#id)}${path}`, content, contentType(path));
    };
    try {
      await each(
        files.map(({ path }) => path).filter((path) => path !== REPORT_INDEX),
        upload,
      );
      // The first page comes last: where it is, the others are.
      await upload(REPORT_INDEX);
    } catch (error) {
      if (!(error instanceof RefusedFile)) throw error;
      return { isStored: false, problem: `The coverage report was not stored: ${error.message}` };
    }
    return { isStored: true, problem: null };
  }

  /** Stores the list of tests that the sandbox wrote. @returns whether it was there. @throws RefusedFile where it is too large */
  async storeTests(job: JobFiles, path: string): Promise<boolean> {
    return this.#storeDocument(job, path, testsBlobName(this.#id));
  }

  /** Stores the coverage that the sandbox wrote, `files` of it line by line. @returns whether all of it was there. @throws RefusedFile where it is too large */
  async storeCoverage(job: JobFiles, folder: string, files: number): Promise<boolean> {
    const stored: boolean[] = [];
    await each([...Array(files).keys()], async (index) => {
      const name = coverageFileBlobName(this.#id, index);
      stored.push(await this.#storeDocument(job, `${folder}/coverage/${index}.json`, name));
    });
    // The list comes last: what it names is there.
    return stored.every(Boolean) && this.#storeDocument(job, `${folder}/coverage.json`, coverageBlobName(this.#id));
  }

  async storeResult(result: CiResult): Promise<void> {
    await this.#upload(resultBlobName(this.#id), Buffer.from(JSON.stringify(result)), 'application/json');
  }

  async #storeDocument(job: JobFiles, path: string, name: string): Promise<boolean> {
    const content = await job.read(path, MAX_DOCUMENT_BYTES);
    if (content === undefined) return false;
    this.#take('documents', content);
    await this.#upload(name, content, 'application/json');
    return true;
  }

  /** @throws RefusedFile where there is no room left */
  #take(what: 'report' | 'documents', { length }: Buffer): void {
    this.#room[what] -= length;
    if (this.#room[what] < 0) throw new RefusedFile('together its files are larger than is stored.');
  }

  async #upload(name: string, content: Buffer, blobContentType: string): Promise<void> {
    await this.#container.getBlockBlobClient(name).upload(content, content.length, {
      blobHTTPHeaders: { blobContentType },
      abortSignal: this.#signal,
    });
  }
}

/** Does something with each item, some at once. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
