/** What every store of runs promises of what runners say of them. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewRun, RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { finished, newRun, running, steps } from './ci-fixtures.ts';

const STARTED = new Date('2026-03-01T10:00:01.000Z');
const LATER = '2026-03-01T10:01:00.000Z';
const NOTHING = { tests: null, coverage: null, changedLines: null };

/** Runs the suite against one kind of store; each test gets an empty one. */
export function testRunUpdates(name: string, open: () => Promise<RunStore>): void {
  describe(name, () => {
    let store: RunStore;
    beforeEach(async () => {
      store = await open();
    });
    const insert = async (change: Partial<NewRun> = {}): Promise<NewRun> => {
      const run = newRun(change);
      await store.insert(run);
      return run;
    };

    it('records running, then the result', async () => {
      const { id } = await insert();
      expect(await store.apply(running(id))).toBe(true);
      expect(await store.get(id)).toMatchObject({
        state: 'running',
        runner: 'ci-1',
        startedAt: STARTED,
        steps: steps(2),
        author: 'Ann Example',
        subject: 'Add numbers',
        changedLines: null,
      });
      expect(await store.apply(finished(id))).toBe(true);
      expect(await store.get(id)).toMatchObject({
        state: 'passed',
        exitCode: 0,
        reason: 'All 3 tests passed.',
        startedAt: STARTED,
        finishedAt: new Date('2026-03-01T10:00:03.500Z'),
        durationMs: 2500,
        steps: steps(7, true),
        tests: { passed: 3, failed: 0, skipped: 1 },
        coverage: 87.5,
        changedLines: { covered: 4, total: 5 },
        hasReport: true,
        hasTests: true,
        hasCoverage: true,
      });
    });

    it('goes forward within one attempt, never back', async () => {
      const { id } = await insert();
      await store.apply(running(id, { steps: steps(3) }));
      expect(await store.apply(running(id, { steps: steps(2) }))).toBe(false);
      expect((await store.get(id))?.steps).toEqual(steps(3));
      expect(await store.apply(running(id, { steps: steps(3) }))).toBe(true);
      expect(await store.apply(running(id, { steps: steps(3, true) }))).toBe(true);
      expect(await store.apply(running(id, { steps: steps(3) }))).toBe(false);
      expect(await store.apply(running(id, { steps: steps(4) }))).toBe(true);
      expect((await store.get(id))?.steps).toEqual(steps(4));
    });

    it('begins anew with another runner, and keeps what belongs to the commit', async () => {
      const { id } = await insert();
      await store.apply(running(id, { steps: steps(4) }));
      const taken = running(id, { runner: 'ci-2', steps: steps(1), author: null, subject: null });
      expect(await store.apply(taken)).toBe(true);
      expect(await store.get(id)).toMatchObject({ runner: 'ci-2', steps: steps(1), author: 'Ann Example' });
    });

    it('begins anew when the same runner does, and then hears no more of the attempt before', async () => {
      const { id } = await insert();
      await store.apply(running(id, { steps: steps(4) }));
      expect(await store.apply(running(id, { startedAt: LATER, steps: steps(1) }))).toBe(true);
      expect(await store.get(id)).toMatchObject({ startedAt: new Date(LATER), steps: steps(1) });
      expect(await store.apply(running(id, { steps: steps(5) }))).toBe(false);
      expect((await store.get(id))?.steps).toEqual(steps(1));
    });

    it('never changes a finished run', async () => {
      const { id } = await insert();
      await store.apply(finished(id));
      const before = await store.get(id);
      expect(await store.apply(finished(id, { state: 'failed', exitCode: 1 }))).toBe(false);
      expect(await store.apply(running(id, { runner: 'ci-2' }))).toBe(false);
      expect(await store.fail(id, 'no', new Date())).toBe(false);
      expect(await store.get(id)).toEqual(before);
    });

    it('lets one of many reports at once win', async () => {
      const { id } = await insert();
      const reports = Array.from({ length: 10 }, (_, index) => store.apply(finished(id, { runner: `ci-${index}` })));
      expect((await Promise.all(reports)).filter(Boolean)).toHaveLength(1);
    });

    it('ignores reports of unknown runs', async () => {
      expect(await store.apply(finished(randomUUID()))).toBe(false);
    });

    it('keeps what a report leaves open as unknown', async () => {
      const { id } = await insert();
      await store.apply(
        finished(id, { state: 'errored', exitCode: 124, ...NOTHING, hasReport: false, hasTests: false }),
      );
      expect(await store.get(id)).toMatchObject({ ...NOTHING, hasReport: false, hasTests: false, exitCode: 124 });
    });

    it('ends a run that could not be queued', async () => {
      const { id } = await insert();
      const at = new Date('2026-03-01T10:00:09.000Z');
      expect(await store.fail(id, 'Kafka is away', at)).toBe(true);
      expect(await store.get(id)).toMatchObject({
        state: 'errored',
        reason: 'Kafka is away',
        finishedAt: at,
        steps: [{ name: 'queued', state: 'failed', finishedAt: at.toISOString() }],
      });
    });

    it('finds and ends runs of which nobody hears', async () => {
      const [lost, queued, ended] = [await insert(), await insert(), await insert()];
      await store.apply(running(lost.id, { steps: steps(3) }));
      await store.apply(running(ended.id));
      await store.apply(finished(ended.id));
      const [earlier, later] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
      expect(await store.silent(earlier)).toEqual([]);
      expect((await store.silent(later)).map(({ id }) => id)).toEqual([lost.id]);
      const at = new Date();
      // It was heard of after all, since it was found.
      expect(await store.fail(lost.id, 'lost', at, earlier)).toBe(false);
      expect(await store.fail(queued.id, 'lost', at, later)).toBe(false);
      expect(await store.fail(lost.id, 'lost', at, later)).toBe(true);
      expect(await store.get(lost.id)).toMatchObject({
        state: 'errored',
        steps: [...steps(2, true), { name: 'sandbox', state: 'failed', finishedAt: at.toISOString() }],
      });
    });

    it('cuts what no column holds', async () => {
      const { id } = await insert();
      const long = 'é'.repeat(9_000);
      await store.apply(finished(id, { runner: long, author: long, subject: long, reason: long }));
      expect((await store.get(id))?.subject).toMatch(/^é{500}$/);
      expect((await store.get(id))?.reason).toMatch(/^é{2000}$/);
    });
  });
}
