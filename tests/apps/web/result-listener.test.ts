/** Messages on ci.results: what is an update, and what is not. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseUpdate } from '../../../apps/web/src/ci/result-listener.ts';
import { finished, running } from './run-store-suite.ts';

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const id = randomUUID();

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
    ['no end', encode({ ...finished(id), finishedAt: '' })],
    ['half an update', encode({ ...finished(id), exitCode: undefined })],
  ])('skips %s', (_what, value) => {
    expect(parseUpdate(value)).toBeUndefined();
  });
});
