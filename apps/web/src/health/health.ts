/** Whether the lab is well: one probe per part, asked together, under a limit, not more than once a second. */
import { within } from '../within.ts';

export interface Probe {
  /** Short name, such as `database`. */
  name: string;
  /** What a person calls it. */
  title: string;
  /** Resolves to one sentence on how it is, or rejects. */
  check(): Promise<string>;
  /** What to say when it is not well. */
  whenDown: string;
}

export interface ServiceHealth {
  name: string;
  title: string;
  status: 'ok' | 'down';
  text: string;
}

export interface HealthReport {
  status: 'ok' | 'down';
  checkedAt: string;
  services: ServiceHealth[];
}

export interface HealthChecks {
  check(): Promise<HealthReport>;
}

const LIMIT_MS = 2_000;
const FRESH_MS = 1_000;

/** Says in words why a probe is not well, when its own words are the better ones. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

export interface HealthOptions {
  limitMs?: number;
  freshMs?: number;
  /** Told of every failed probe. */
  onDown?: (name: string, error: unknown) => void;
}

/** Asks all probes at once; requests within a second share one answer. */
export function createHealthChecks(probes: readonly Probe[], options: HealthOptions = {}): HealthChecks {
  const { limitMs = LIMIT_MS, freshMs = FRESH_MS, onDown } = options;
  let last: { at: number; report: Promise<HealthReport> } | undefined;

  const ask = async ({ name, title, check, whenDown }: Probe): Promise<ServiceHealth> => {
    try {
      return { name, title, status: 'ok', text: await within(limitMs, title, check()) };
    } catch (error) {
      onDown?.(name, error);
      return { name, title, status: 'down', text: error instanceof ProbeError ? error.message : whenDown };
    }
  };

  const askAll = async (): Promise<HealthReport> => {
    const services = await Promise.all(probes.map(ask));
    const status = services.every((service) => service.status === 'ok') ? 'ok' : 'down';
    return { status, checkedAt: new Date().toISOString(), services };
  };

  return {
    check() {
      if (last === undefined || Date.now() - last.at > freshMs) last = { at: Date.now(), report: askAll() };
      return last.report;
    },
  };
}
