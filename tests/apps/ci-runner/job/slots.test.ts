/** Places, and the sandboxes that wait in them for the next job. */
import { beforeEach, expect, it, vi } from 'vitest';
import { Slots } from '../../../../apps/ci-runner/src/job/slots.ts';
import type { Sandbox } from '../../../../apps/ci-runner/src/sandbox/client.ts';

const sandboxes: { socket: string; ended: boolean; closed: boolean }[] = [];
vi.mock('../../../../apps/ci-runner/src/sandbox/client.ts', () => ({
  openSandbox: async (socket: string) => {
    const state = { socket, ended: false, closed: false };
    sandboxes.push(state);
    const sandbox = {
      state,
      under: () => sandbox,
      list: async () => {
        if (state.ended) throw new Error('ended');
        return [];
      },
      close: async () => {
        state.closed = true;
      },
    };
    return sandbox as unknown as Sandbox;
  },
}));

const signal = new AbortController().signal;
beforeEach(() => void sandboxes.splice(0));

it('places are taken by one job at a time, and given again', () => {
  const slots = new Slots('/run/ci-job', 2);
  const first = slots.take();
  expect([first.socket, slots.take().socket]).toEqual(['/run/ci-job/1.sock', '/run/ci-job/2.sock']);
  expect(() => slots.take()).toThrow('All places of this runner are taken.');
  slots.give(first);
  expect(slots.take()).toBe(first);
});

it('after a job, the sandbox of the next is made beforehand, and is used once', async () => {
  const slots = new Slots('/run/ci-job', 1);
  await slots.take().open(signal);
  expect(sandboxes).toHaveLength(1);
  const place = new Slots('/run/ci-job', 1).take();
  place.prepare();
  await place.open(signal);
  expect(sandboxes).toHaveLength(2);
  await place.open(signal);
  expect(sandboxes).toHaveLength(3);
});

it('one that has ended while it waited is replaced', async () => {
  const place = new Slots('/run/ci-job', 1).take();
  place.prepare();
  await vi.waitFor(() => expect(sandboxes).toHaveLength(1));
  for (const state of sandboxes) state.ended = true;
  await place.open(signal);
  expect(sandboxes.map(({ closed }) => closed)).toEqual([true, false]);
});

it('one that waits for too long is ended, and all are when the runner stops', async () => {
  vi.useFakeTimers();
  try {
    const slots = new Slots('/run/ci-job', 1);
    const place = slots.take();
    slots.give(place);
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(sandboxes.map(({ closed }) => closed)).toEqual([true]);
    slots.give(slots.take());
    await slots.close();
    expect(sandboxes.map(({ closed }) => closed)).toEqual([true, true]);
  } finally {
    vi.useRealTimers();
  }
});
