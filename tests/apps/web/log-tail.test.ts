/** The tail of a log: read on, cut at its beginning, begun anew. */
import { describe, expect, it } from 'vitest';
import { LogTail } from '../../../apps/web/src/ci/live/log-tail.ts';
import { growingLog } from './growing-log.ts';

const MIB = 1024 * 1024;

async function readAll(tail: LogTail): Promise<void> {
  while (!(await tail.read()).complete);
}

describe('LogTail', () => {
  it('reads on from where its first follower is', async () => {
    const log = growingLog('0123456789');
    const tail = new LogTail('id', 4, log.reports);
    expect(await tail.read()).toEqual({ grew: true, complete: true });
    expect(tail.from(4)?.toString()).toBe('456789');
    expect(tail.from(9)?.toString()).toBe('9');
    expect(tail.from(10)?.toString()).toBe('');
    expect(tail.from(3)).toBeUndefined();
    expect(await tail.read()).toEqual({ grew: false, complete: true });
    expect(log.reads).toEqual([4, 10]);
  });

  it('keeps the last MiB, however long the log is', async () => {
    const log = growingLog('x'.repeat(3.5 * MIB));
    const tail = new LogTail('id', 0, log.reports);
    await readAll(tail);
    log.append('end');
    await readAll(tail);
    expect(tail.from(2.5 * MIB + 2)).toBeUndefined();
    expect(tail.from(2.5 * MIB + 3)?.length).toBe(MIB);
    expect(tail.from(3.5 * MIB)?.toString()).toBe('end');
  });

  it.each([true, false])('begins anew with a log that is shorter, whether the storage tells (%s)', async (telling) => {
    const log = growingLog('of the first runner\n', telling);
    const tail = new LogTail('id', 0, log.reports);
    await readAll(tail);
    log.beginAnew('second\n');
    await readAll(tail);
    expect(tail.restarts).toBe(1);
    expect(tail.from(0)?.toString()).toBe('second\n');
  });

  it('begins anew with a log that has grown longer meanwhile, where the storage tells', async () => {
    const log = growingLog('first\n');
    const tail = new LogTail('id', 0, log.reports);
    await readAll(tail);
    log.beginAnew('of the second runner\n');
    await readAll(tail);
    expect([tail.restarts, tail.from(0)?.toString()]).toEqual([1, 'of the second runner\n']);
  });
});
