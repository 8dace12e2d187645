/** Stores what a run leaves behind: its report page by page, its tests, its coverage line by line, its result. */
import { extname } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import {
  type CiCoverage,
  type CiCoverageFile,
  CiResult,
  type CiTestCase,
  coverageBlobName,
  coverageFileBlobName,
  reportPrefix,
  resultBlobName,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import { Value } from 'typebox/value';

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

const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const AT_ONCE = 8;

/** A folder with the pages of a report, wherever it lies. */
export interface ReportFolder {
  /** Paths of its files, at most `max`. */
  list(max: number): Promise<string[]>;
  read(path: string, maxBytes: number): Promise<Buffer | undefined>;
}

/** The content type of a file of the report, by its ending. */
export function contentType(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

/** Stores the results of one run. Each method may be called again for the same run: the later call counts. */
export class StoredResults {
  readonly #container: ContainerClient;
  readonly #id: string;
  readonly #signal: AbortSignal;

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

  /** Stores an HTML report; false where there is none. */
  async storeReport(report: ReportFolder): Promise<boolean> {
    // The tool's own .gitignore and the like are no pages.
    const files = (await report.list(MAX_FILES)).filter((path) => !path.startsWith('.'));
    if (!files.includes('index.html')) return false;
    const upload = async (path: string): Promise<void> => {
      const content = await report.read(path, MAX_FILE_BYTES);
      if (content !== undefined) await this.#upload(`${reportPrefix(this.#id)}${path}`, content, contentType(path));
    };
    await each(
      files.filter((path) => path !== 'index.html'),
      upload,
    );
    // The first page comes last: where it is, the others are.
    await upload('index.html');
    return true;
  }

  async storeTests(tests: readonly CiTestCase[]): Promise<void> {
    await this.#uploadJson(testsBlobName(this.#id), { tests });
  }

  async storeCoverage(summary: CiCoverage, files: readonly CiCoverageFile[]): Promise<void> {
    await each([...files.entries()], ([index, file]) => this.#uploadJson(coverageFileBlobName(this.#id, index), file));
    await this.#uploadJson(coverageBlobName(this.#id), summary);
  }

  async storeResult(result: CiResult): Promise<void> {
    await this.#uploadJson(resultBlobName(this.#id), result);
  }

  async #uploadJson(name: string, value: unknown): Promise<void> {
    await this.#upload(name, Buffer.from(JSON.stringify(value)), 'application/json');
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
