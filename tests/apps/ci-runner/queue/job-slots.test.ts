/** Which job starts when, and what is due to be committed: with every message, end of a job, and change of the group. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createSlots } from './create-slots.ts';
import { brokenMessage, jobMessage, settle } from './jobs.ts';

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: vi.fn(async () => undefined as never),
}));

const LOST = 'Error: The job was given to another runner.';

describe('JobSlots', () => {
  it('runs as many jobs at once as it has slots, also of one partition', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b'), jobMessage(2, 'c')]);
    expect(handler.started).toEqual(['a', 'b']);
    expect(jobs.running).toEqual(['a', 'b']);
  });

  it('starts the next job as soon as one ends, past one that runs on in the same partition', async () => {
    const { handler, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b'), jobMessage(2, 'c')]);
    await handler.end('b');
    expect(handler.running).toEqual(['a', 'c']);
  });

  it('starts what was asked for first, whatever partition it lies in', async () => {
    const { handler, jobs } = createSlots(1);
    jobs.absorb(0, [jobMessage(0, 'a', 30), jobMessage(1, 'b', 40)]);
    jobs.absorb(1, [jobMessage(0, 'c', 20)]);
    jobs.absorb(2, [jobMessage(0, 'd', 10)]);
    await settle();
    for (const id of ['d', 'c', 'a']) await handler.end(id);
    expect(handler.started).toEqual(['d', 'c', 'a', 'b']);
  });

  it('has nothing due before all earlier jobs of the partition are done', async () => {
    const { handler, jobs, onChange, absorb } = createSlots(3);
    await absorb(0, [jobMessage(5, 'a'), jobMessage(6, 'b')]);
    await absorb(1, [jobMessage(9, 'c')]);
    await handler.end('b');
    expect(jobs.due).toEqual([]);
    onChange.mockClear();
    await handler.end('c');
    expect(jobs.due).toEqual([{ partition: 1, offset: 10 }]);
    await handler.end('a');
    expect(jobs.due).toEqual([
      { partition: 0, offset: 7 },
      { partition: 1, offset: 10 },
    ]);
    expect(onChange).toHaveBeenCalledTimes(2);
    jobs.noteCommitted({ partition: 0, offset: 7 });
    expect(jobs.due).toEqual([{ partition: 1, offset: 10 }]);
  });

  it('passes over what is no job, in order', async () => {
    const { handler, jobs, absorb } = createSlots(1);
    await absorb(0, [brokenMessage(0), jobMessage(1, 'a'), brokenMessage(2)]);
    expect(jobs.due).toEqual([{ partition: 0, offset: 1 }]);
    await handler.end('a');
    expect(jobs.due).toEqual([{ partition: 0, offset: 3 }]);
  });

  it('wants no more while as many jobs wait as it has slots', async () => {
    const { handler, jobs, absorb } = createSlots(1);
    await absorb(0, [jobMessage(0, 'a')]);
    expect(jobs.room).toBeNull();
    await absorb(0, [jobMessage(1, 'b')]);
    const room = jobs.room;
    expect(room).not.toBeNull();
    await handler.end('a');
    await room;
    expect(jobs.room).toBeNull();
  });

  it('takes only so many jobs of a partition, and the others when they are given again', async () => {
    const { handler, absorb } = createSlots(1);
    const messages = Array.from({ length: 200 }, (_, offset) => jobMessage(offset, `job ${offset}`));
    expect(await absorb(0, messages)).toBe('64');
    expect(await absorb(0, messages.slice(65))).toBe('65');
    expect(await absorb(0, messages.slice(66))).toBeUndefined();
    expect(await absorb(1, messages.slice(0, 1))).toBe('0');
    await handler.end('job 0');
    expect(await absorb(0, messages.slice(66))).toBe('66');
  });

  it('counts a job that comes again only once', async () => {
    const { absorb, jobs } = createSlots(1);
    const messages = Array.from({ length: 60 }, (_, offset) => jobMessage(offset, `job ${offset}`));
    for (let round = 0; round < 3; round += 1) {
      expect(await absorb(0, messages)).toBe('59');
      jobs.adopt([0]);
    }
  });

  it('takes nothing of a partition that it does not have', async () => {
    const { handler, absorb } = createSlots(1, [0]);
    expect(await absorb(3, [jobMessage(0, 'a')])).toBeUndefined();
    expect(handler.started).toEqual([]);
  });

  it('does not start a job again that runs, waits or was recorded here', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    const messages = ['a', 'b', 'c', 'd'].map((id, offset) => jobMessage(offset, id));
    await absorb(0, messages);
    await handler.end('b');
    jobs.adopt([0, 1, 2]);
    await absorb(0, messages);
    for (const id of ['a', 'c', 'd']) await handler.end(id);
    expect(handler.started).toEqual(['a', 'b', 'c', 'd']);
    expect(jobs.due).toEqual([{ partition: 0, offset: 4 }]);
  });

  it('aborts the jobs of a partition that is taken away, and drops what waits there', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    jobs.absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b', 9)]);
    await absorb(1, [jobMessage(0, 'c'), jobMessage(1, 'd', 10)]);
    jobs.adopt([1]);
    expect(handler.abortReason('a')).toBe(LOST);
    expect(handler.abortReason('c')).toBeNull();
    await absorb(1, [jobMessage(0, 'c'), jobMessage(1, 'd', 10)]);
    await handler.giveUp('a');
    expect(handler.running).toEqual(['c', 'd']);
    expect(jobs.due).toEqual([]);
  });

  it('keeps the slot of an aborted job until it has cleared up', async () => {
    const { handler, jobs, absorb } = createSlots(1);
    await absorb(0, [jobMessage(0, 'a')]);
    jobs.adopt([1]);
    await absorb(1, [jobMessage(0, 'b')]);
    expect(handler.running).toEqual(['a']);
    await handler.giveUp('a');
    expect(handler.running).toEqual(['b']);
  });

  it('starts an aborted job again where its partition comes back, once the first run is over', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a')]);
    jobs.adopt([]);
    jobs.adopt([0]);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b')]);
    expect(handler.started).toEqual(['a', 'b']);
    await handler.giveUp('a');
    expect(handler.started).toEqual(['a', 'b', 'a']);
  });

  it('does not start it again where the first run was recorded in spite of the abort', async () => {
    const { handler, jobs, absorb } = createSlots(1);
    await absorb(0, [jobMessage(0, 'a')]);
    jobs.adopt([]);
    jobs.adopt([0]);
    await absorb(0, [jobMessage(0, 'a')]);
    await handler.end('a');
    expect(handler.started).toEqual(['a']);
    expect(jobs.due).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('drops what another runner did while this one was out of the group', async () => {
    const { handler, jobs, absorb } = createSlots(1);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b'), jobMessage(2, 'c')]);
    jobs.adopt([0]);
    await handler.end('a');
    // Nobody knows yet what the others did.
    expect(handler.started).toEqual(['a']);
    await absorb(0, [jobMessage(2, 'c')]);
    expect(handler.started).toEqual(['a', 'c']);
    await handler.end('c');
    expect(jobs.due).toEqual([{ partition: 0, offset: 3 }]);
  });

  it('wants more at once when the group has formed anew', async () => {
    const { jobs, absorb } = createSlots(1);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b')]);
    expect(jobs.room).not.toBeNull();
    jobs.adopt([0]);
    expect(jobs.room).toBeNull();
  });

  it('starts jobs only where it stays for sure while the group forms anew', async () => {
    const { handler, jobs, absorb } = createSlots(2, [0, 1]);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b')]);
    await absorb(1, [jobMessage(0, 'c', 2), jobMessage(1, 'd', 3)]);
    await handler.end('b');
    await handler.end('c');
    expect(handler.running).toEqual(['a', 'd']);
    await handler.end('d');
    await absorb(0, [jobMessage(2, 'e', 9)]);
    expect(jobs.claim()).toEqual({ busy: [0], owned: [0, 1] });
    await handler.end('e');
    await absorb(1, [jobMessage(2, 'f', 4)]);
    await absorb(0, [jobMessage(3, 'g', 9)]);
    expect(handler.running).toEqual(['a', 'g']);
    jobs.adopt([0, 1]);
    await absorb(1, [jobMessage(2, 'f', 4)]);
    await handler.end('g');
    expect(handler.running).toEqual(['a', 'f']);
  });

  it('claims nothing for a job that it was told to leave', async () => {
    const { jobs, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a')]);
    jobs.adopt([1]);
    expect(jobs.claim()).toEqual({ busy: [], owned: [1] });
  });

  it('starts nothing while it may not', async () => {
    const { handler, jobs, allowed, absorb } = createSlots(1);
    allowed.toStart = false;
    await absorb(0, [jobMessage(0, 'a')]);
    expect(handler.started).toEqual([]);
    allowed.toStart = true;
    jobs.startNext();
    expect(handler.started).toEqual(['a']);
  });

  it('tries a job again that failed though nobody aborted it', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b')]);
    await handler.giveUp('a');
    expect(delay).toHaveBeenCalledWith(5_000, undefined, { signal: expect.any(AbortSignal) });
    expect(handler.started).toEqual(['a', 'b', 'a']);
    await handler.end('a');
    expect(jobs.due).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('goes on with other jobs beside one that never ends', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    const ids = Array.from({ length: 50 }, (_, index) => `job ${index}`);
    await absorb(0, [jobMessage(0, 'endless'), ...ids.map((id, index) => jobMessage(index + 1, id))]);
    for (const id of ids) await handler.end(id);
    expect(handler.running).toEqual(['endless']);
    expect(jobs.due).toEqual([]);
  });

  it('stops: aborts all, waits for them, and has due what ended all the same', async () => {
    const { handler, jobs, absorb } = createSlots(2);
    await absorb(0, [jobMessage(0, 'a'), jobMessage(1, 'b'), jobMessage(2, 'c')]);
    const stopped = vi.fn();
    void jobs.stop().then(stopped);
    expect(handler.abortReason('b')).toBe('Error: The runner stops.');
    await handler.end('a');
    await settle();
    expect(stopped).not.toHaveBeenCalled();
    await handler.giveUp('b');
    expect(stopped).toHaveBeenCalled();
    expect(handler.started).toEqual(['a', 'b']);
    expect(jobs.due).toEqual([{ partition: 0, offset: 1 }]);
  });
});
