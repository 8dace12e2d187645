/** Sends one file of a coverage report, fenced off from the rest of the site. */
import { Readable } from 'node:stream';
import { pathOf } from '@cloud-lab/common/http-error';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentTypeOf, isDocument } from '../ci/report-path.ts';
import type { ReportStore } from '../ci/report-store.ts';
import type { CiRun } from '../ci/run.ts';
import { HttpError } from '../errors.ts';
import { reportFramePage } from '../pages/report-frame.ts';
import { REPORT_POLICIES } from '../plugins/security.ts';
import type { LabInfo } from './status.ts';

/**
 * coverage.py's script sorts and filters, and remembers how in localStorage, which a sandboxed page may not touch:
 * each script of a report begins with one that forgets when the page is left.
 */
export const FORGETFUL_STORAGE = Buffer.from(
  'try{localStorage}catch{const kept=new Map();Object.defineProperty(window,"localStorage",{value:{' +
    'getItem:(key)=>kept.get(key)??null,setItem:(key,value)=>{kept.set(key,String(value))},' +
    'removeItem:(key)=>{kept.delete(key)}}})}\n',
);

export type ReportFileOptions = {
  reports: Pick<ReportStore, 'file'>;
  lab: LabInfo;
  run: CiRun;
  /** Path of the file in the report of the run. */
  path: string;
};

/**
 * Answers with the file, or with 304 when the browser has it; HEAD reads no body. A browser that asks for a page gets one of
 * the lab with the file in a frame (`Sec-Fetch-Dest`).
 */
export async function sendReportFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { reports, lab, run, path }: ReportFileOptions,
): Promise<FastifyReply> {
  const file = await reports.file(run.id, path);
  if (file === undefined) throw new HttpError(404, 'There is no such file in this coverage report.');
  const type = contentTypeOf(path);
  const destination = request.headers['sec-fetch-dest'];
  reply.header('vary', 'Sec-Fetch-Dest').header('cache-control', 'no-cache');
  if (destination === 'document' && isDocument(type)) {
    file.body.destroy();
    const page = reportFramePage({ lab, run, address: pathOf(request.url) });
    return reply
      .header('content-security-policy', REPORT_POLICIES.page)
      .type('text/html; charset=utf-8')
      .send(request.method === 'HEAD' ? undefined : page);
  }
  const isFramed = destination === 'iframe';
  if (isFramed) reply.header('x-frame-options', 'SAMEORIGIN');
  const prefix = type.startsWith('text/javascript') ? FORGETFUL_STORAGE : Buffer.alloc(0);
  const etag = file.etag?.replace(/"$/, `+${prefix.length}"`);
  reply
    .header('content-security-policy', isFramed ? REPORT_POLICIES.framed : REPORT_POLICIES.bare)
    // The report lives in an origin of its own, which has to load its styles and scripts from here.
    .header('cross-origin-resource-policy', 'cross-origin')
    .type(type);
  if (etag !== undefined) reply.header('etag', etag);
  if (etag !== undefined && matches(request.headers['if-none-match'], etag)) {
    file.body.destroy();
    return reply.code(304).send();
  }
  if (file.size !== undefined) reply.header('content-length', file.size + prefix.length);
  if (request.method === 'HEAD') {
    file.body.destroy();
    return reply.send();
  }
  return reply.send(prefix.length === 0 ? file.body : Readable.from(join(prefix, file.body), { objectMode: false }));
}

async function* join(prefix: Buffer, body: Readable): AsyncGenerator<Buffer> {
  yield prefix;
  yield* body;
}

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag) ?? false;
