import { expect, it } from 'vitest';
import { Slots } from '../../../../apps/ci-runner/src/job/slots.ts';

it('places are taken by one job at a time, and given again', () => {
  const slots = new Slots('/run/ci-job', 2);
  const first = slots.take();
  expect([first.socket, slots.take().socket]).toEqual(['/run/ci-job/1.sock', '/run/ci-job/2.sock']);
  expect(() => slots.take()).toThrow('All places of this runner are taken.');
  first.release();
  expect(slots.take().socket).toBe('/run/ci-job/1.sock');
});
