/** Faults: services that are killed, and the account of a load of numbered messages on Kafka meanwhile. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { lab, onHost, runOn, waitFor } from './launcher.ts';

export type Load = {
  stack: string;
  count: number;
  /** Messages in a second. */
  rate: number;
};

type Sent = { run: string; acknowledged: number; failed: number; retried: number };
type Account = { run: string; messages: number; missing: number; duplicates: number; outOfOrder: number };

const TOPIC = 'playground';

/**
 * Sends messages, does `harm` when some were acknowledged, and reads all of them, once from beginning to end and once as they
 * came. Prints how it went. @throws AssertionError where an acknowledged message is missing, or out of order within its key
 */
export async function accountForLoad({ stack, count, rate }: Load, harm: () => Promise<unknown>): Promise<void> {
  const stream = (verb: 'produce' | 'consume', ...args: string[]) =>
    lab(['stream', verb, '-s', stack, '--', '--topic', TOPIC, '--json', ...args]);
  const name = randomUUID().replaceAll('-', '');
  const account = ['--verify', '--run', name, '--expect', String(count), '--idle', '45'];
  const before = await messagesOn(stack);
  const following = stream('consume', '--group', `follower-${name}`, ...account);
  const sending = stream('produce', '--run', name, '--count', String(count), '--rate', String(rate), '--keys', '50');
  await waitFor('the first part of the load', async () =>
    (await messagesOn(stack)) > before + count / 10 ? true : undefined,
  );
  await harm();
  const produced = await sending;
  expect(produced, produced.stderr).toMatchObject({ status: 0 });
  const sent = JSON.parse(produced.stdout) as Sent;
  expect(sent).toMatchObject({ run: name, acknowledged: count, failed: 0 });
  const read = await stream('consume', '--group', `reader-${name}`, ...account);
  const accounts = [await following, read].map(({ stdout }) => JSON.parse(stdout) as Account);
  process.stdout.write(`${JSON.stringify({ sent, followed: accounts[0], read: accounts[1] })}\n`);
  for (const each of accounts) expect(each).toMatchObject({ run: name, messages: count, missing: 0, outOfOrder: 0 });
}

/** How many messages the topic of the load has. */
async function messagesOn(stack: string): Promise<number> {
  const text = await onHost(stack, 'kafka-1', '/usr/local/lib/lab/kafka-tool', 'describe-cluster');
  const { topics } = JSON.parse(text) as { topics: { topic: string; messages: number }[] };
  return topics.find(({ topic }) => topic === TOPIC)?.messages ?? 0;
}

/** Kills a service as a lost process is, and waits until another one is there. */
export async function killService(stack: string, host: string, unit: string): Promise<void> {
  const pid = async (): Promise<string> =>
    (await onHost(stack, host, 'systemctl', 'show', '--property=MainPID', '--value', unit)).trim();
  const before = await pid();
  expect(before, `${unit} runs on ${host}`).toMatch(/^[1-9]\d*$/);
  await onHost(stack, host, 'systemctl', 'kill', '--kill-whom=main', '--signal=KILL', unit);
  await waitFor(`another ${unit}`, async () => ((await pid()) !== before && (await pid()) !== '0' ? true : undefined));
}

/** Waits until every broker is there with every copy in sync. */
export async function awaitWholeCluster(stack: string): Promise<void> {
  const { status, stderr } = await runOn(stack, 'kafka-1', '/usr/local/lib/lab/kafka-tool', 'await-cluster', '60');
  expect(status, stderr).toBe(0);
}
