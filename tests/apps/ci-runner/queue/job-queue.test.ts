/** How the queue keeps its place in the group: what it commits and when, and what it does when the group changes. */
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobQueue } from '../../../../apps/ci-runner/src/queue/job-queue.ts';
import { FakeKafka } from './fake-kafka.ts';
import { brokenMessage, jobMessage, ManualHandler } from './jobs.ts';

const until = (fact: () => void) => vi.waitFor(fact, { timeout: 5_000, interval: 10 });

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

function startQueue(slots: number, partitions = 2, rejoinLimitMs?: number) {
  const kafka = new FakeKafka(partitions);
  const handler = new ManualHandler();
  const logger = pino({ level: 'silent' });
  const limits = rejoinLimitMs === undefined ? {} : { rejoinLimitMs };
  const queue = new JobQueue({ kafka: kafka.client, logger, slots, handle: handler.handle, ...limits });
  stop = async () => {
    const stopped = queue.stop();
    for (const id of handler.running) await handler.giveUp(id);
    await stopped;
  };
  return { kafka, handler, queue };
}

describe('JobQueue', () => {
  it('runs jobs side by side and commits those that are done, in order', async () => {
    const { kafka, handler, queue } = startQueue(2);
    kafka.log[0]?.push(jobMessage(0, 'a'), jobMessage(1, 'b'), brokenMessage(2), jobMessage(3, 'c'));
    queue.start();
    await until(() => expect(queue.currentJobs).toEqual(['a', 'b']));
    await handler.end('b');
    await until(() => expect(queue.currentJobs).toEqual(['a', 'c']));
    await handler.end('c');
    expect(kafka.committed).toEqual([0, 0]);
    await handler.end('a');
    await until(() => expect(kafka.committed).toEqual([4, 0]));
  });

  it('commits later what the group refuses while it forms anew', async () => {
    const { kafka, handler, queue } = startQueue(1);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a']));
    kafka.refusesCommits = true;
    await handler.end('a');
    await vi.waitFor(() => expect(queue.currentJobs).toEqual([]));
    expect(kafka.committed[0]).toBe(0);
    kafka.refusesCommits = false;
    await until(() => expect(kafka.committed[0]).toBe(1));
  });

  it('fetches no more while enough jobs wait, and is still there for the group', async () => {
    const { kafka, handler, queue } = startQueue(1);
    kafka.log[0]?.push(jobMessage(0, 'a'), jobMessage(1, 'b'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a']));
    kafka.log[1]?.push(jobMessage(0, 'c'));
    const seen = queue.lastContact;
    await until(() => expect(queue.lastContact).toBeGreaterThan(seen + 900));
    expect(kafka.fetches).toBe(1);
    const freed = Date.now();
    await handler.end('a');
    expect(handler.running).toEqual(['b']);
    await until(() => expect(kafka.fetches).toBe(2));
    expect(Date.now() - freed).toBeLessThan(300);
  });

  it('says what it runs when the group forms anew, and leaves what is taken away', async () => {
    const { kafka, handler, queue } = startQueue(2, 3);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    kafka.log[1]?.push(jobMessage(0, 'b'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a', 'b']));
    kafka.rebalance([1, 2]);
    await until(() => expect(handler.abortReason('a')).toBe('Error: The job was given to another runner.'));
    expect(kafka.claim).toMatchObject({ busy: [0, 1], owned: [0, 1, 2] });
    expect(handler.abortReason('b')).toBeNull();
    await handler.giveUp('a');
    await handler.end('b');
    await until(() => expect(kafka.committed).toEqual([0, 1, 0]));
    expect(handler.started).toEqual(['a', 'b']);
  });

  it('goes on with its jobs when the client crashes, and starts none twice', async () => {
    const { kafka, handler, queue } = startQueue(2);
    kafka.log[0]?.push(jobMessage(0, 'a'), jobMessage(1, 'b'), jobMessage(2, 'c'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a', 'b']));
    kafka.crash();
    const before = kafka.fetches;
    await until(() => expect(kafka.fetches).toBeGreaterThan(before));
    expect(kafka.claim).toMatchObject({ busy: [0], owned: [0, 1] });
    for (const id of ['b', 'a', 'c']) await handler.end(id);
    await until(() => expect(kafka.committed).toEqual([3, 0]));
    expect(handler.started).toEqual(['a', 'b', 'c']);
  });

  it('starts nothing that may be given to another while the client is out of the group', async () => {
    const { kafka, handler, queue } = startQueue(1);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    kafka.log[1]?.push(jobMessage(0, 'b'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a']));
    kafka.share = [0];
    kafka.crash();
    await until(() => expect(kafka.crashes).toBe(1));
    await handler.end('a');
    await until(() => expect(kafka.committed).toEqual([1, 0]));
    expect(handler.started).toEqual(['a']);
  });

  it('joins with a new client where the one that it has never hears of the group again', async () => {
    const { kafka, handler, queue } = startQueue(1, 2, 200);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a']));
    kafka.refuseRejoin();
    await until(() => expect(kafka.claim?.busy).toEqual([0]));
    kafka.log[1]?.push(jobMessage(0, 'b'));
    await handler.end('a');
    await until(() => expect(handler.running).toEqual(['b']));
    await handler.end('b');
    await until(() => expect(kafka.committed).toEqual([1, 1]));
    expect(handler.started).toEqual(['a', 'b']);
  });

  it('commits again what a client that crashed only seemed to commit', async () => {
    const { kafka, handler, queue } = startQueue(1);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a']));
    // The commit is on its way when the client crashes, and seems to end when the next one has joined.
    kafka.commitMs = 1_500;
    await handler.end('a');
    kafka.commitMs = 0;
    kafka.crash();
    await until(() => expect(kafka.committed[0]).toBe(1));
    expect(handler.started).toEqual(['a']);
  });

  it('stops: aborts its jobs, commits what ended all the same, and leaves the group', async () => {
    const { kafka, handler, queue } = startQueue(2);
    kafka.log[0]?.push(jobMessage(0, 'a'));
    kafka.log[1]?.push(jobMessage(0, 'b'));
    queue.start();
    await until(() => expect(handler.running).toEqual(['a', 'b']));
    const stopped = queue.stop();
    expect(handler.abortReason('a')).toBe('Error: The runner stops.');
    await handler.end('a');
    expect(kafka.left).toBe(0);
    await handler.giveUp('b');
    await stopped;
    expect(kafka.left).toBe(1);
    expect(kafka.committed).toEqual([1, 0]);
  });

  it('stops at once where Kafka does not answer', async () => {
    const { kafka, queue } = startQueue(1);
    kafka.unreachable = true;
    queue.start();
    const asked = Date.now();
    await queue.stop();
    kafka.unreachable = false;
    expect(Date.now() - asked).toBeLessThan(500);
  });
});
