/** The record of what the engine asked a stand-in: a file of JSON lines, in the order of the calls. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Properties } from './tables.ts';

export type Method =
  | 'Handshake'
  | 'Attach'
  | 'GetPluginInfo'
  | 'GetSchema'
  | 'CheckConfig'
  | 'DiffConfig'
  | 'Configure'
  | 'Check'
  | 'Diff'
  | 'Create'
  | 'Read'
  | 'Update'
  | 'Delete'
  | 'Invoke'
  | 'Cancel';

/** A call; what a method does not have is absent. */
export type Call = {
  method: Method;
  urn?: string;
  /** The token of the resource's type, or of the function. */
  type?: string;
  /** The resource's name in the program. */
  name?: string;
  /** The resource's id: the one that it had, or was given. */
  id?: string;
  /** As they came, with marks (values.ts); of a deletion, the outputs. */
  inputs?: Properties;
  /** Those before, of Diff and Update. */
  oldInputs?: Properties;
  /** Nothing was to happen yet. */
  preview?: boolean;
  /** Why it was refused. */
  error?: string;
};

export function appendCall(file: string, call: Call): void {
  appendFileSync(file, `${JSON.stringify(call)}\n`);
}

/** Every call so far; none where nobody has called. */
export function readCalls(file: string): Call[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Call);
}

/** The calls that changed something in the cloud, in words, in their order: `Create group`. */
export function describeChanges(calls: readonly Call[]): string[] {
  return calls
    .filter(({ method, preview, error }) => /^(Create|Update|Delete)$/.test(method) && preview !== true && !error)
    .map(({ method, name }) => `${method} ${name}`);
}
