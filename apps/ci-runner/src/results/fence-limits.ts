/** What the limits of the fence did to a step, in words. */
import type { JobLimits } from '../config.ts';
import type { StepEnding } from '../sandbox/step.ts';

/** What a step may take: memory, disk and log in MiB. */
export interface StepLimits extends Pick<JobLimits, 'memory' | 'disk' | 'processes' | 'log'> {
  stepSeconds: number;
}

/** The exit code of a step that its time limit ended, as timeout(1) gives it. */
export const TIMED_OUT = 124;
/** Of a program that was killed, as a shell gives it. */
const KILLED = 137;

const formatMebibytes = (size: number): string => (size % 1024 === 0 ? `${size / 1024} GiB` : `${size} MiB`);

/** How a limit stopped the step, to be put after what it stopped; null when none did. */
export function stoppedBy(
  { cause, exitCode }: StepEnding,
  limits: StepLimits,
): { exitCode: number; did: string; lookFor: string } | null {
  switch (cause) {
    case 'timeout':
      return {
        exitCode: TIMED_OUT,
        did: `took longer than ${limits.stepSeconds} seconds`,
        lookFor: 'a loop that does not end, or a test that waits for something',
      };
    case 'memory':
      return {
        exitCode: exitCode === 0 ? KILLED : exitCode,
        did: `took more than ${formatMebibytes(limits.memory)} of memory`,
        lookFor: 'data that grow without end',
      };
    case 'output':
      return {
        exitCode: exitCode === 0 ? 1 : exitCode,
        did: `printed more than ${formatMebibytes(limits.log)}`,
        lookFor: 'a loop that prints',
      };
    default:
      return null;
  }
}

/** Which limit the step ran into without being stopped by it, to be put after what did; null when there was none. */
export function metLimit({ cause }: StepEnding, limits: StepLimits): string | null {
  if (cause === 'processes') return `ran into the limit of ${limits.processes} processes at once`;
  if (cause === 'disk') return `filled the ${formatMebibytes(limits.disk)} of disk that a job may have`;
  return null;
}
