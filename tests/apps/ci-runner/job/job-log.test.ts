/** The log reaches the storage soon, in order and whole, also when the storage is away for a while. */
import type { AppendBlobClient } from '@azure/storage-blob';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { JobLog } from '../../../../apps/ci-runner/src/job/job-log.ts';

function fakeBlob() {
  const stored = { text: '', requests: 0, away: false };
  const blob = {
    create: async () => ({}),
    appendBlock: async (content: Buffer) => {
      stored.requests += 1;
      if (stored.away) throw new Error('away');
      stored.text += content.toString();
    },
  };
  return { stored, blob: blob as unknown as AppendBlobClient };
}

const signal = new AbortController().signal;
const logger = pino({ level: 'silent' });

describe('JobLog', () => {
  it('shows a line within a tenth of a second and a bit, and gathers what comes together', async () => {
    const { blob, stored } = fakeBlob();
    const log = await JobLog.create(blob, logger, signal);
    for (let line = 1; line <= 100; line += 1) log.writeLine(`line ${line}`);
    const begun = performance.now();
    await vi.waitFor(() => expect(stored.text).toContain('line 100\n'), { interval: 5 });
    expect(performance.now() - begun).toBeLessThan(400);
    expect(stored.requests).toBe(1);
    await log.close();
  });

  it('keeps the order when the storage comes back, and closes with everything written', async () => {
    const { blob, stored } = fakeBlob();
    const log = await JobLog.create(blob, logger, signal);
    stored.away = true;
    log.writeLine('one');
    await vi.waitFor(() => expect(stored.requests).toBeGreaterThan(0));
    log.writeLine('two');
    stored.away = false;
    await log.close();
    expect(stored.text).toBe('one\ntwo\n');
  });

  it('takes nothing more once it is closed or abandoned', async () => {
    const { blob, stored } = fakeBlob();
    const log = await JobLog.create(blob, logger, signal);
    log.writeLine('kept');
    await log.close();
    log.writeLine('late');
    expect(stored.text).toBe('kept\n');
    const other = await JobLog.create(blob, logger, signal);
    other.writeLine('dropped');
    other.abandon();
    await other.close();
    expect(stored.text).toBe('kept\n');
  });
});
