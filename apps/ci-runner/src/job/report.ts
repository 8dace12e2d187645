/** Publishes the coverage report of a run, page by page, as a browser wants it. */
import { extname } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import { reportPrefix } from '@cloud-lab/common/ci-messages';
import { listJobFiles, readJobFile } from './job-files.ts';
import { RESULTS } from './steps.ts';

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

/** The content type of a file of the report, by its ending. */
export function contentType(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

/** Uploads the report that the tests left; false when there is none. */
export async function publishReport(
  container: ContainerClient,
  id: string,
  workspace: string,
  signal: AbortSignal,
): Promise<boolean> {
  // The tool's own .gitignore and the like are no pages.
  const files = (await listJobFiles(workspace, RESULTS.report, MAX_FILES)).filter((path) => !path.startsWith('.'));
  if (!files.includes('index.html')) return false;
  const queue = files.filter((path) => path !== 'index.html');

  const upload = async (path: string): Promise<void> => {
    const content = await readJobFile(workspace, `${RESULTS.report}/${path}`, MAX_FILE_BYTES);
    await container.getBlockBlobClient(`${reportPrefix(id)}${path}`).upload(content, content.length, {
      blobHTTPHeaders: { blobContentType: contentType(path) },
      abortSignal: signal,
    });
  };
  const worker = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) await upload(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // The first page comes last: where it is, the others are.
  await upload('index.html');
  return true;
}
