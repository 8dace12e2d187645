/** Runs the Pulumi CLI on a stack and tells what it does as it happens: resources, the hosts' stages, errors. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Problem } from '../../infra/problem.ts';
import type { Report } from './report.ts';
import { createUnderWay, type UnderWay } from './under-way.ts';

/** The parts of Pulumi's engine events that are used here (its package apitype documents them). */
type Metadata = { op: string; urn: string; type: string };
export type EngineEvent = {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  resOpFailedEvent?: { metadata: Metadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string };
  summaryEvent?: { resourceChanges?: Record<string, number> };
};

export type UpdateResult = {
  ok: boolean;
  /** Operation -> number of resources: `{ same: 12 }`. */
  changes: Record<string, number>;
  /** What went wrong, in Pulumi's or the program's words. */
  errors: string[];
};

export type UpdateOptions = {
  projectDir: string;
  env: Record<string, string>;
  /** The CLI's arguments, without those that make it a stream of events. */
  args: readonly string[];
  report: Report;
};

const DONE: Record<string, string> = {
  create: 'created',
  'create-replacement': 'created anew',
  update: 'changed',
  delete: 'deleted',
  'delete-replaced': 'removed, to be replaced',
  refresh: 'looked at',
};
/** A provider's warning of a service that no lab uses. */
const NO_CONCERN = /Users not using loadbalancer resources can ignore this message/;
/** What Pulumi makes for itself. */
const INTERNAL_TYPE = /^pulumi:(pulumi|providers):/;

type Ending = { status: number | null; signal: NodeJS.Signals | null } | { unable: Error };

/**
 * Runs `pulumi up`, `refresh` or `destroy`, to its end.
 * @throws Problem where the CLI cannot be started
 */
export async function runUpdate({ projectDir, env, args, report }: UpdateOptions): Promise<UpdateResult> {
  const child = spawn('pulumi', [...args, '--json', '--non-interactive'], {
    cwd: projectDir,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal }));
    child.once('error', (unable) => resolve({ unable }));
  });
  // Ctrl-C reaches the CLI by the terminal; this one is for the launcher alone, and without it the CLI would go on.
  const cancel = (): void => void child.kill('SIGINT');
  process.on('SIGTERM', cancel);
  const result: UpdateResult = { ok: false, changes: {}, errors: [] };
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const underWay = createUnderWay();
  const stopTelling = report.keepTelling(underWay.describe);
  for await (const line of createInterface({ input: child.stdout })) {
    const event = parseEvent(line);
    if (event !== undefined) tell(event, { result, report, underWay });
  }
  const ending = await ended;
  stopTelling();
  process.off('SIGTERM', cancel);
  if ('unable' in ending) throw new Problem(`pulumi could not be started: ${ending.unable.message}`);
  result.ok = ending.status === 0;
  if (!result.ok && result.errors.length === 0) {
    const words = stderr.trim().replace(/^error: /, '');
    result.errors.push(words === '' ? `pulumi ${args[0]} ${describeEnding(ending)}` : words);
  }
  return result;
}

function describeEnding({ status, signal }: Exclude<Ending, { unable: Error }>): string {
  return status === null ? `was ended by ${signal}.` : `ended with status ${status} and said nothing.`;
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

type Listeners = { result: UpdateResult; report: Report; underWay: UnderWay };

function tell(event: EngineEvent, { result, report, underWay }: Listeners): void {
  const begun = event.resourcePreEvent?.metadata;
  if (begun !== undefined && isWork(begun)) underWay.begin(begun.urn, describeResource(begun));
  const done = event.resOutputsEvent?.metadata;
  if (done !== undefined && isWork(done)) {
    underWay.end(done.urn);
    report.line(`${nameOf(done.urn)}: ${kindOf(done.type)} ${DONE[done.op]}`);
  }
  if (event.resOpFailedEvent !== undefined) underWay.end(event.resOpFailedEvent.metadata.urn);
  const diagnostic = event.diagnosticEvent;
  if (diagnostic !== undefined) {
    const text = speakOfDials(diagnostic.message.trim(), diagnostic.urn);
    if (diagnostic.severity === 'error' && text !== '' && !isEcho(text))
      result.errors.push(nameWhatFailed(text, diagnostic.urn));
    else if (diagnostic.severity === 'warning' && !NO_CONCERN.test(text)) report.line(`warning: ${text}`);
    else if (diagnostic.severity.startsWith('info') && text !== '') {
      underWay.hear(text);
      report.line(text);
    }
  }
  if (event.summaryEvent !== undefined) result.changes = event.summaryEvent.resourceChanges ?? {};
}

/** Whether it changes something that the lab is made of. */
function isWork({ op, type }: Metadata): boolean {
  return DONE[op] !== undefined && !INTERNAL_TYPE.test(type);
}

function describeResource({ urn, type }: Pick<Metadata, 'urn' | 'type'>): string {
  return `${nameOf(urn)} (${kindOf(type)})`;
}

/** A machine that boots is called every few seconds, each time with a line: one is enough. */
function speakOfDials(text: string, urn: string | undefined): string {
  const [, attempt] = /^Dial(?: proxy| from proxy)? (\d+)\/\w+ failed: retrying$/.exec(text) ?? [];
  if (attempt === undefined) return text;
  return attempt === '1' ? `${nameOf(urn ?? '')}: waits for an answer over SSH` : '';
}

/** A provider's error need not say of which resource it is; what the program says speaks for itself. */
function nameWhatFailed(text: string, urn: string | undefined): string {
  const type = urn?.split('::').at(-2)?.split('$').at(-1);
  return urn === undefined || type === undefined || INTERNAL_TYPE.test(type)
    ? text
    : `${describeResource({ urn, type })}: ${text}`;
}

/** Lines by which the engine only says that there was an error. */
function isEcho(text: string): boolean {
  return (
    /^(update|preview|destroy) failed$/.test(text) ||
    /^Running program .* failed with an unhandled exception:$/.test(text)
  );
}

function nameOf(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}

function kindOf(type: string): string {
  return type.includes('dynamic') ? 'resource' : (type.split(':').at(-1) ?? type).replace(/^Remote/, '').toLowerCase();
}
