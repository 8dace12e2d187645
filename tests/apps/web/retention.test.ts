/** Old runs go, blobs before rows; what a branch still shows stays. */
import { describe, expect, it } from 'vitest';
import { removeExpired } from '../../../apps/web/src/ci/retention.ts';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { finished, newRun } from './ci-fixtures.ts';
import { silent } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const END = '2026-03-01T10:00:00.000Z';
const daysAfter = (days: number): Date => new Date(Date.parse(END) + days * 24 * 60 * 60_000);

async function storeWith(count: number, runs: RunStore = createMemoryRunStore()) {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const run = newRun();
    ids.push(run.id);
    await runs.insert(run);
    await runs.apply(finished(run.id, { finishedAt: END }));
  }
  return { runs, ids, newest: ids.at(-1) ?? '' };
}

function blobsOf(ids: readonly string[], onRemove: (id: string) => void = () => undefined) {
  const left = new Set(ids);
  const remove = async (id: string): Promise<void> => {
    onRemove(id);
    left.delete(id);
  };
  return { left, reports: { remove } };
}

const rest = { log: silent, days: 30, signal: new AbortController().signal };

describe('removeExpired', () => {
  it('deletes runs and all that they left, once they are old', async () => {
    const { runs, ids, newest } = await storeWith(45);
    const { left, reports } = blobsOf(ids);
    expect(await removeExpired({ runs, reports, ...rest }, daysAfter(29.9))).toBe(0);
    expect(left.size).toBe(45);
    expect(await removeExpired({ runs, reports, ...rest }, daysAfter(30.1))).toBe(44);
    expect([...left]).toEqual([newest]);
    expect((await runs.list({ limit: 99 })).map(({ id }) => id)).toEqual([newest]);
  });

  it('deletes the blobs of a run before the run: a storage that is away keeps both', async () => {
    const { runs, ids } = await storeWith(3);
    const { left, reports } = blobsOf(ids, (id) => {
      if (id === ids[1]) throw new UnavailableError('The storage does not answer.');
    });
    await expect(removeExpired({ runs, reports, ...rest }, daysAfter(31))).rejects.toThrow('The storage');
    expect([...left]).toEqual(ids.slice(1));
    expect(await runs.list({ limit: 9 })).toHaveLength(2);
    // The next time finds them.
    expect(await removeExpired({ runs, reports: blobsOf([]).reports, ...rest }, daysAfter(31))).toBe(1);
  });

  it('is safe in two processes at once', async () => {
    const { runs, ids, newest } = await storeWith(30);
    const { left, reports } = blobsOf(ids);
    const remove = () => removeExpired({ runs, reports, ...rest }, daysAfter(31));
    await Promise.all([remove(), remove()]);
    expect([...left]).toEqual([newest]);
    expect(await runs.list({ limit: 99 })).toHaveLength(1);
  });

  it('stops between two runs as the process ends', async () => {
    const { runs, ids } = await storeWith(10);
    const stopping = new AbortController();
    const { left, reports } = blobsOf(ids, () => stopping.abort());
    expect(await removeExpired({ runs, reports, ...rest, signal: stopping.signal }, daysAfter(31))).toBe(1);
    expect(left.size).toBe(9);
  });
});
