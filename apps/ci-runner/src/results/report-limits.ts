/** How large a coverage report may be, counted as it is read: a sparse file takes no room where it was written, and all of it elsewhere. */
import type { JobFile } from '../sandbox/job-files.ts';

const MIB = 1024 * 1024;

export const REPORT_LIMITS = { files: 2_000, fileBytes: 10 * MIB, bytes: 50 * MIB } as const;
/** The first page of a report. */
export const REPORT_INDEX = 'index.html';

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;

/** The files of a report that are pages of it: the tool's own .gitignore and the like are none. */
export const reportPages = (files: readonly JobFile[]): JobFile[] => files.filter(({ path }) => !path.startsWith('.'));

/** Why a report may not be stored, as a sentence; null where it may. */
export function refuseReport(files: readonly JobFile[]): string | null {
  if (files.length > REPORT_LIMITS.files) {
    return `The coverage report was not stored: it has more than ${REPORT_LIMITS.files.toLocaleString('en')} files.`;
  }
  const large = files.find(({ size }) => size > REPORT_LIMITS.fileBytes);
  if (large !== undefined) {
    const limit = mebibytes(REPORT_LIMITS.fileBytes);
    return `The coverage report was not stored: ${large.path} has ${mebibytes(large.size)}, and ${limit} are allowed.`;
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= REPORT_LIMITS.bytes) return null;
  return `The coverage report was not stored: it has ${mebibytes(bytes)}, and ${mebibytes(REPORT_LIMITS.bytes)} are allowed.`;
}
