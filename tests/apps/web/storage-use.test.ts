/** What the runs of a repository leave stays within its limit. */
import { describe, expect, it } from 'vitest';
import { boundStorage } from '../../../apps/web/src/ci/storage-use.ts';
import { finished, newRun } from './ci-fixtures.ts';
import { silent } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const ENDED = '2026-03-01T10:00:00.000Z';
const LATER = new Date('2026-03-01T10:05:00.000Z');

/** Finished runs, each with so many bytes in the storage; `at` tells when it is looked after. */
async function storageWith(sizes: readonly { repository?: string; branch?: string; bytes: number }[]) {
  const runs = createMemoryRunStore();
  const stored = new Map<string, number>();
  const ids: string[] = [];
  for (const { repository = 'myapp', branch = 'main', bytes } of sizes) {
    const run = newRun({ repository, branch });
    await runs.insert(run);
    await runs.apply(finished(run.id, { finishedAt: ENDED }));
    stored.set(run.id, bytes);
    ids.push(run.id);
  }
  const reports = {
    measure: async (id: string): Promise<number> => stored.get(id) ?? 0,
    remove: async (id: string): Promise<void> => void stored.delete(id),
  };
  const bound = (limitBytes: number, at: Date = LATER): Promise<number> =>
    boundStorage({ runs, reports, log: silent, limitBytes, signal: new AbortController().signal }, at);
  const left = async (): Promise<number[]> => {
    const kept = await runs.list({ limit: 100 });
    expect(kept.map(({ id }) => id).sort()).toEqual([...stored.keys()].sort());
    return kept.toReversed().map(({ id }) => stored.get(id) ?? -1);
  };
  return { runs, ids, bound, left };
}

describe('the storage of the runs', () => {
  it('is measured, and left alone within the limit', async () => {
    const { runs, bound, left } = await storageWith([{ bytes: 60 }, { bytes: 40 }]);
    expect(await bound(100)).toBe(0);
    expect(await left()).toEqual([60, 40]);
    expect(await runs.usage()).toEqual([{ repository: 'myapp', runs: 2, storedBytes: 100 }]);
  });

  it('is not measured while a runner may still write', async () => {
    const { runs, bound } = await storageWith([{ bytes: 60 }]);
    await bound(100, new Date(Date.parse(ENDED) + 29_000));
    expect(await runs.usage()).toMatchObject([{ storedBytes: 0 }]);
    await bound(100, new Date(Date.parse(ENDED) + 31_000));
    expect(await runs.usage()).toMatchObject([{ storedBytes: 60 }]);
  });

  it('loses the oldest runs of a repository that is over its limit, and no more than it must', async () => {
    const sizes = [30, 30, 30, 30].map((bytes) => ({ bytes }));
    const { bound, left } = await storageWith([...sizes, { repository: 'other', bytes: 90 }]);
    expect(await bound(100)).toBe(1);
    expect(await left()).toEqual([30, 30, 30, 90]);
    expect(await bound(100)).toBe(0);
  });

  it('loses the only runs of branches last, so that a thousand branches are no way around it', async () => {
    const branches = Array.from({ length: 45 }, (_, index) => ({ branch: `b-${index}`, bytes: 10 }));
    const { bound, left } = await storageWith([...branches, { bytes: 1 }, { bytes: 2 }]);
    expect(await bound(101)).toBe(37);
    expect(await left()).toEqual([...Array<number>(9).fill(10), 2]);
  });

  it('keeps the newest run of a repository, whatever it takes', async () => {
    const { bound, left } = await storageWith([{ bytes: 10 }, { bytes: 500 }]);
    expect(await bound(100)).toBe(1);
    expect(await left()).toEqual([500]);
    expect(await bound(100)).toBe(0);
  });
});
