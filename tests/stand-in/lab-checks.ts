/** What the lab's own program has to do under the real engine on every cloud. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Call, describeChanges } from './record.ts';
import type { Outcome, StandInStack } from './run.ts';

export const LIMIT_MS = 120_000;

/** In place of a module that asks a lab that is up. */
export const NOBODY = join(import.meta.dirname, 'nobody-answers.ts');

/** In place of the machines, which are none: every host says at once that it is well. */
export const HEALTHY_HOSTS = { ssh: `echo '{"host":"any","state":"healthy","stage":"healthy"}'` };

export const created = ({ calls }: Outcome): Call[] => calls.filter(({ method }) => method === 'Create');

/** Where a change stands among all. */
export function position(changes: readonly string[], change: string): number {
  const found = changes.indexOf(change);
  expect(found, change).toBeGreaterThanOrEqual(0);
  return found;
}

/** Brings a lab up that is up, and nothing changes. */
export async function expectUnchanged(stack: StandInStack): Promise<void> {
  const again = await stack.up();
  expect(again.errors).toEqual([]);
  expect(Object.keys(again.changes)).toEqual(['same']);
  expect(describeChanges(again.calls)).toEqual([]);
}

/** Changes what is in Kafka's user-data: its machine is replaced, and no other. @returns all that changed */
export async function replaceKafka(stack: StandInStack, hosts: readonly string[]): Promise<string[]> {
  stack.configure({ 'lab:kafkaRetentionHours': '24' });
  const changes = describeChanges((await stack.up()).calls);
  stack.configure({ 'lab:kafkaRetentionHours': undefined });
  const machines = changes.filter((change) => hosts.some((host) => change.endsWith(` ${host}`)));
  expect(machines).toEqual(['Delete kafka-1', 'Create kafka-1']);
  return changes;
}
