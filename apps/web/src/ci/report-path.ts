/** Paths inside a coverage report: which are safe, and what kind of file each one is. */
import { extname } from 'node:path/posix';
import { hasControl } from './branch-name.ts';

const MAX_LENGTH = 1024;

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
};

/** The parts of a decoded path, or undefined when one of them could lead elsewhere. */
export function safePath(path: string): string[] | undefined {
  if (path.length > MAX_LENGTH || !path.isWellFormed()) return undefined;
  const parts = path.split('/');
  const odd = (part: string): boolean =>
    part === '' || part === '.' || part === '..' || part.includes('\\') || hasControl(part);
  return parts.some(odd) ? undefined : parts;
}

/** The types that a browser shows as a document, which can hold scripts. */
const DOCUMENTS = /^(text\/html|image\/svg\+xml|application\/xml)\b/;

/** Whether a file of this type could hold scripts. */
export const isDocument = (type: string): boolean => DOCUMENTS.test(type);

/** Told from the name alone: what a job wrote into the storage does not decide how a browser reads it. */
export const contentTypeOf = (path: string): string => TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
