/** Waits until every service of every host answers, and shows each host's stages on the way; or says why it does not. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.ts';

/** What a host says of itself: a line of `host-status --watch`. */
export type HostReport = {
  host: string;
  state: 'starting' | 'healthy' | 'failed';
  /** What it is doing, or waits for. */
  stage: string;
  reason?: string;
  log?: string[];
};

export type WatchOptions = {
  host: string;
  stack: string;
  /** Runs a command on the host, as root. */
  command: readonly string[];
  /** Seconds. */
  timeout: number;
  onStage: (stage: string) => void;
  /** Seconds after which a host that has not answered yet has that as its stage. */
  unansweredAfter?: number;
  /** Tells what the host's cloud knows of it, where it does not become healthy. */
  explain?: () => Promise<string | undefined>;
};

/** The command that makes a host tell of itself until it is healthy or has failed. */
export function watchCommand(timeout: number): string[] {
  return ['/usr/local/lib/lab/host-status', '--watch', String(timeout)];
}

/** A host's stage as a line of the update: `web: cloud-init init (2.1 s)`, after so many seconds of watching it. */
export function formatStage(host: string, stage: string, seconds: number): string {
  return `${host}: ${stage} (${seconds.toFixed(1)} s)`;
}

/** @returns the host and the stage of a line of formatStage; undefined for any other line */
export function parseStage(line: string): { host: string; stage: string } | undefined {
  const [, host, stage] = /^([a-z0-9-]+): (.+) \(\d+\.\d s\)$/.exec(line) ?? [];
  return host === undefined || stage === undefined ? undefined : { host, stage };
}

/** The host did not become healthy: which unit, why, and the last lines of its log. */
export class HostNotReady extends Problem {
  override name = 'HostNotReady';
}

/**
 * Waits until a host is healthy. A host whose watcher cannot be started yet is asked again until the time is over.
 * @throws HostNotReady
 */
export async function waitUntilReady({
  host,
  stack,
  command,
  timeout,
  onStage,
  unansweredAfter = 5,
  explain,
}: WatchOptions): Promise<void> {
  const end = Date.now() + timeout * 1000;
  const silence = setTimeout(() => onStage('does not answer yet'), unansweredAfter * 1000);
  const tell = (stage: string): void => {
    clearTimeout(silence);
    onStage(stage);
  };
  const notReady = async (what: string): Promise<HostNotReady> => {
    // Of a cloud that cannot be asked, there is nothing to add.
    const known = await explain?.().catch(() => undefined);
    return new HostNotReady([what, ...(known === undefined ? [] : [known]), sayWhereToLook(host, stack)].join('\n'));
  };
  let complaint = 'it never answered';
  try {
    while (Date.now() < end) {
      const { last, stderr } = await watchOnce(command, tell, end);
      if (last?.state === 'healthy') return;
      if (last?.state === 'failed') throw await notReady(describeFailure(host, last));
      complaint = last === undefined ? stderr.trim() || complaint : `it was last seen at: ${last.stage}`;
      await delay(300);
    }
  } finally {
    clearTimeout(silence);
  }
  throw await notReady(`Host ${host} did not become ready within ${timeout} s: ${complaint}.`);
}

/**
 * Runs the waits of several hosts so that the first failure is told together with those that follow within a moment: what one host
 * lacks is often what another waits for.
 */
export function gatherFailures(momentMs = 3000): (wait: () => Promise<void>) => Promise<void> {
  const failures: string[] = [];
  return async (wait) => {
    try {
      await wait();
    } catch (error) {
      if (!(error instanceof HostNotReady)) throw error;
      failures.push(error.message);
      await delay(momentMs);
      throw new HostNotReady(failures.join('\n'), { cause: error });
    }
  };
}

async function watchOnce(
  command: readonly string[],
  onStage: (stage: string) => void,
  end: number,
): Promise<{ last?: HostReport; stderr: string }> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('no command to watch a host with');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // The watcher ends by itself at its own limit; this is for one that hangs.
  const timer = setTimeout(() => child.kill('SIGKILL'), end - Date.now() + 15_000);
  let stderr = '';
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      stderr = error.message;
      resolve();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  let last: HostReport | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const report = parseReport(line);
    if (report === undefined) continue;
    last = report;
    onStage(report.stage);
  }
  await closed;
  clearTimeout(timer);
  return last === undefined ? { stderr } : { last, stderr };
}

function parseReport(line: string): HostReport | undefined {
  try {
    const report = JSON.parse(line) as Partial<HostReport> | null;
    return typeof report?.stage === 'string' && typeof report.state === 'string' ? (report as HostReport) : undefined;
  } catch {
    return undefined;
  }
}

function describeFailure(host: string, { reason, stage, log = [] }: HostReport): string {
  const lines = log.length === 0 ? '' : `\nThe last lines of its log:\n${log.map((line) => `  ${line}`).join('\n')}`;
  return `Host ${host} is not ready: ${reason ?? stage}${lines}`;
}

function sayWhereToLook(host: string, stack: string): string {
  return `It stays up to be looked at: ./lab logs -s ${stack} ${host}, ./lab ssh -s ${stack} ${host}`;
}
