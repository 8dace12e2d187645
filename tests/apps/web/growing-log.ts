/** The log of a run for tests: it grows, begins anew and is away as a test says. */
import type { LogPiece, ReportStore } from '../../../apps/web/src/ci/report-store.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { strict } from './helper.ts';

export type GrowingLog = ReturnType<typeof growingLog>;

/** A log in memory; a storage that is not `telling` keeps to itself when a log was begun. */
export function growingLog(text = '', telling = true) {
  let bytes = Buffer.from(text);
  let begunAt = new Date(0);
  let away = false;
  const reads: number[] = [];
  const log = async (_id: string, offset: number): Promise<LogPiece> => {
    reads.push(offset);
    if (away) throw new UnavailableError('The storage does not answer.');
    return {
      bytes: bytes.subarray(offset, offset + 1024 * 1024),
      size: bytes.length,
      begunAt: telling ? begunAt : undefined,
    };
  };
  return {
    reports: strict<ReportStore>('reports', { log }),
    reads,
    append(more: string | Buffer) {
      bytes = Buffer.concat([bytes, Buffer.from(more)]);
    },
    beginAnew(from = '') {
      bytes = Buffer.from(from);
      begunAt = new Date(begunAt.getTime() + 1_000);
    },
    setAway(value: boolean) {
      away = value;
    },
  };
}
