/** A client of a broker that is away fails in words, in its time, and neither it nor Node writes a warning. */
import { createServer } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createKafka } from '../../../apps/common/src/kafka.ts';

describe('createKafka', () => {
  it('fails with the cause after bounded retries, without noise in the log', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const address = closed.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));

    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const warnings = vi.spyOn(process, 'emitWarning');
    const kafka = createKafka({
      brokers: [`127.0.0.1:${port}`],
      clientId: 'test',
      logger,
      retry: { retries: 1, initialRetryTime: 10 },
    });

    await expect(kafka.producer().connect()).rejects.toThrow(`connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(lines).toEqual([]);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
  });
});
