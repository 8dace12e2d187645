/** `./lab status`: each service of each host, healthy or why not, as the hosts themselves say. */

import type { LabOutputs } from '../../../infra/outputs.ts';
import { runOnHost } from '../remote.ts';

export type HostStatus = {
  host: string;
  state: 'healthy' | 'starting' | 'failed' | 'unreachable';
  /** Why it is not healthy. */
  reason?: string;
  /** Unit -> `ok`, or why not. */
  units: Record<string, string>;
};

/** Asks every host at once. */
export function readStatus(outputs: LabOutputs): Promise<HostStatus[]> {
  return Promise.all(Object.keys(outputs.hosts).map((host) => readHostStatus(outputs, host)));
}

async function readHostStatus(outputs: LabOutputs, host: string): Promise<HostStatus> {
  const { stdout, stderr } = await runOnHost(outputs, host, '/usr/local/lib/lab/host-status');
  try {
    const { state, stage, reason, units } = JSON.parse(stdout) as HostStatus & { stage: string };
    return state === 'healthy' ? { host, state, units } : { host, state, units, reason: reason ?? stage };
  } catch {
    return { host, state: 'unreachable', reason: stderr.trim().split('\n').at(-1) ?? 'no answer', units: {} };
  }
}

/** A line for each unit. */
export function formatStatus(statuses: readonly HostStatus[]): string {
  return statuses
    .flatMap(({ host, state, reason, units }) => {
      const rows = Object.entries(units).map(
        ([unit, text]) => `  ${text === 'ok' ? '✓' : '✗'} ${host.padEnd(10)} ${unit.padEnd(28)} ${text}`,
      );
      return rows.length > 0 && (state === 'healthy' || rows.some((row) => row.includes('✗')))
        ? rows
        : [`  ✗ ${host.padEnd(10)} ${state}: ${reason}`];
    })
    .join('\n');
}
