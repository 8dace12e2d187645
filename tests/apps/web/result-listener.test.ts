/** Messages on ci.results: what is an update, and what is not. */
import { randomUUID } from 'node:crypto';
import type { CiStep } from '@cloud-lab/common/ci-messages';
import { describe, expect, it } from 'vitest';
import { parseUpdate } from '../../../apps/web/src/ci/result-listener.ts';
import { finished, running } from './ci-fixtures.ts';

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const id = randomUUID();
const FIRST: CiStep = { name: 'queued', state: 'running', startedAt: '2026-03-01T10:00:00.000Z', finishedAt: null };

describe('parseUpdate', () => {
  it('takes what a runner says', () => {
    expect(parseUpdate(encode(running(id)))).toEqual(running(id));
    expect(parseUpdate(encode(finished(id)))).toEqual(finished(id));
  });

  it.each([
    ['nothing', null],
    ['no JSON', Buffer.from('hello')],
    ['no update', encode({ id })],
    ['an unknown state', encode({ ...finished(id), state: 'queued' })],
    ['no date', encode({ ...running(id), startedAt: 'soon' })],
    ['a step without a date', encode(running(id, { steps: [{ ...FIRST, startedAt: 'soon' }] }))],
    ['a step that ends at no date', encode(running(id, { steps: [{ ...FIRST, finishedAt: '' }] }))],
    ['more steps than there are', encode(running(id, { steps: Array.from({ length: 8 }, () => FIRST) }))],
    ['no end', encode({ ...finished(id), finishedAt: '' })],
    ['half an update', encode({ ...finished(id), exitCode: undefined })],
  ])('skips %s', (_what, value) => {
    expect(parseUpdate(value)).toBeUndefined();
  });
});
