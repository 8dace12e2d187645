/** The launcher is never silent for long, and never tells the same twice a second. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createReport, seconds } from '../../tools/launcher/report.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reportTo(): { report: ReturnType<typeof createReport>; lines: string[] } {
  const lines: string[] = [];
  return { report: createReport((text) => void lines.push(text)), lines };
}

/** A step that says nothing and ends after so long. */
const quiet = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve('result'), ms));

describe('a line', () => {
  test('has the time since the launcher began', async () => {
    const { report, lines } = reportTo();
    report.line('at once');
    await vi.advanceTimersByTimeAsync(2340);
    report.line('soon');
    await vi.advanceTimersByTimeAsync(70_000);
    report.line('late');
    expect(lines).toEqual(['  0.0 s  at once\n', '  2.3 s  soon\n', '   72 s  late\n']);
  });
});

describe('a step', () => {
  test('that takes a moment is not mentioned, and gives its result', async () => {
    const { report, lines } = reportTo();
    const step = report.step('keys', quiet(900));
    await vi.advanceTimersByTimeAsync(900);
    expect(await step).toBe('result');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual([]);
  });

  test('that takes longer is announced, gives a sign of life every 15 s, and its time at the end', async () => {
    const { report, lines } = reportTo();
    const step = report.step('engine', quiet(40_000));
    await vi.advanceTimersByTimeAsync(40_000);
    await step;
    expect(lines).toEqual([
      '  1.0 s  engine: …\n',
      '   16 s  engine: still at it (16 s)\n',
      '   31 s  engine: still at it (31 s)\n',
      '   40 s  engine: done (40 s)\n',
    ]);
  });

  test('tells what it says, and a count that goes up every ten seconds only', async () => {
    const { report, lines } = reportTo();
    const step = report.step('download', async (say) => {
      for (let done = 0; done <= 24; done++) {
        say(`${done} of 24 MiB`);
        await new Promise<void>((resolve) => setTimeout(resolve, 500));
      }
      say('unpacking');
    });
    await vi.advanceTimersByTimeAsync(20_000);
    await step;
    expect(lines.map((line) => line.trim().replace(/^\S+ s {2}/, ''))).toEqual([
      'download: 0 of 24 MiB',
      'download: 20 of 24 MiB',
      'download: unpacking',
      'download: done (13 s)',
    ]);
  });

  test('that fails says nothing more: its error is told by whoever catches it', async () => {
    const { report, lines } = reportTo();
    const step = report.step('image', async (say) => {
      say('building');
      throw new Error('no room');
    });
    await expect(step).rejects.toThrow('no room');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual(['  0.0 s  image: building\n']);
  });
});

test('times are short to read', () => {
  expect([0, 449, 9940, 10_000, 75_400].map(seconds)).toEqual(['0.0 s', '0.4 s', '9.9 s', '10 s', '75 s']);
});

describe('a report that keeps telling', () => {
  test('says what is waited for after 15 s without a line, whoever told the last one, until it is stopped', async () => {
    const { report, lines } = reportTo();
    await vi.advanceTimersByTimeAsync(20_000);
    const stop = report.keepTelling(() => 'still waiting for web');
    await vi.advanceTimersByTimeAsync(10_000);
    report.line('web: instance created');
    await vi.advanceTimersByTimeAsync(31_000);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual([
      '   30 s  web: instance created\n',
      '   45 s  still waiting for web\n',
      '   60 s  still waiting for web\n',
    ]);
  });
});
