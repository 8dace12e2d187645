/** Health checks: together, under a limit, once a second, in words. */
import { describe, expect, it, vi } from 'vitest';
import { createHealthChecks, type Probe, ProbeError } from '../../../apps/web/src/health/health.ts';

const probe = (name: string, check: () => Promise<string>): Probe => ({
  name,
  title: name,
  whenDown: `${name} does not answer.`,
  check,
});

describe('createHealthChecks', () => {
  it('says how each part is, and that one is not well', async () => {
    const onDown = vi.fn();
    const health = createHealthChecks(
      [
        probe('a', async () => 'Fine.'),
        probe('b', async () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1'))),
        probe('c', async () => Promise.reject(new ProbeError('No runner is there.'))),
        probe('d', () => new Promise(() => undefined)),
      ],
      { limitMs: 20, onDown },
    );
    const { status, services } = await health.check();
    expect(status).toBe('down');
    expect(services.map(({ name, status, text }) => [name, status, text])).toEqual([
      ['a', 'ok', 'Fine.'],
      ['b', 'down', 'b does not answer.'],
      ['c', 'down', 'No runner is there.'],
      ['d', 'down', 'd does not answer.'],
    ]);
    expect(onDown.mock.calls.map(([name]) => name).sort()).toEqual(['b', 'c', 'd']);
  });

  it('is ok when all are', async () => {
    expect((await createHealthChecks([probe('a', async () => 'Fine.')]).check()).status).toBe('ok');
  });

  it('asks once for many, and again when the answer is old', async () => {
    const check = vi.fn(async () => 'Fine.');
    const health = createHealthChecks([probe('a', check)], { freshMs: 30 });
    await Promise.all([health.check(), health.check(), health.check()]);
    expect(check).toHaveBeenCalledTimes(1);
    await vi.waitFor(async () => {
      await health.check();
      expect(check).toHaveBeenCalledTimes(2);
    });
  });
});
