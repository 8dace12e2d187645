/** What every store of runs promises. */
import { randomUUID } from 'node:crypto';
import type { CiUpdate } from '@cloud-lab/common/ci-messages';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewRun, RunStore } from '../../../apps/web/src/ci/run-store.ts';

/** A run that was asked for on main. */
export const newRun = (change: Partial<NewRun> = {}): NewRun => ({
  id: randomUUID(),
  repository: 'myapp',
  branch: 'main',
  commit: 'a'.repeat(40),
  requestedAt: new Date('2026-03-01T10:00:00.123Z'),
  ...change,
});

type Finished = Extract<CiUpdate, { finishedAt: string }>;

/** The runner's report that a run has ended. */
export const finished = (id: string, change: Partial<Finished> = {}): Finished => ({
  id,
  state: 'passed',
  runner: 'ci-1',
  exitCode: 0,
  reason: 'All 3 tests passed.',
  startedAt: '2026-03-01T10:00:01.000Z',
  finishedAt: '2026-03-01T10:00:03.500Z',
  durationMs: 2500,
  tests: { passed: 3, failed: 0, skipped: 1 },
  coverage: 87.5,
  hasReport: true,
  ...change,
});

/** The runner's report that a run has begun. */
export const running = (id: string, runner = 'ci-1'): CiUpdate => ({
  id,
  state: 'running',
  runner,
  startedAt: '2026-03-01T10:00:01.000Z',
});

/** Runs the suite against one kind of store; each test gets an empty one. */
export function testRunStore(name: string, open: () => Promise<RunStore>): void {
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

    it('keeps a new run as queued, with nothing known of its end', async () => {
      const run = await insert({ branch: 'Übung/ключ-🚀' });
      expect(await store.get(run.id)).toEqual({
        ...run,
        state: 'queued',
        startedAt: null,
        finishedAt: null,
        runner: null,
        exitCode: null,
        reason: null,
        durationMs: null,
        tests: null,
        coverage: null,
        hasReport: false,
      });
      expect(await store.get(randomUUID())).toBeUndefined();
    });

    it('refuses two runs with one id', async () => {
      const run = await insert();
      await expect(store.insert(run)).rejects.toThrow();
    });

    it('records running, then the result', async () => {
      const { id } = await insert();
      expect(await store.apply(running(id))).toBe(true);
      expect(await store.get(id)).toMatchObject({ state: 'running', runner: 'ci-1' });
      expect(await store.apply(finished(id))).toBe(true);
      expect(await store.get(id)).toMatchObject({
        state: 'passed',
        exitCode: 0,
        reason: 'All 3 tests passed.',
        startedAt: new Date('2026-03-01T10:00:01.000Z'),
        finishedAt: new Date('2026-03-01T10:00:03.500Z'),
        durationMs: 2500,
        tests: { passed: 3, failed: 0, skipped: 1 },
        coverage: 87.5,
        hasReport: true,
      });
    });

    it('takes a running run over by another runner', async () => {
      const { id } = await insert();
      await store.apply(running(id, 'ci-1'));
      expect(await store.apply(running(id, 'ci-2'))).toBe(true);
      expect((await store.get(id))?.runner).toBe('ci-2');
    });

    it('says that nothing changed only of finished runs: the same running twice is fine', async () => {
      const { id } = await insert();
      await store.apply(running(id));
      expect(await store.apply(running(id))).toBe(true);
    });

    it('never changes a finished run', async () => {
      const { id } = await insert();
      await store.apply(finished(id));
      const before = await store.get(id);
      expect(await store.apply(finished(id, { state: 'failed', exitCode: 1 }))).toBe(false);
      expect(await store.apply(running(id, 'ci-2'))).toBe(false);
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
        finished(id, { state: 'errored', exitCode: 124, tests: null, coverage: null, hasReport: false }),
      );
      expect(await store.get(id)).toMatchObject({ tests: null, coverage: null, hasReport: false, exitCode: 124 });
    });

    it('ends a run that could not be queued', async () => {
      const { id } = await insert();
      const at = new Date('2026-03-01T10:00:09.000Z');
      expect(await store.fail(id, 'Kafka is away', at)).toBe(true);
      expect(await store.get(id)).toMatchObject({ state: 'errored', reason: 'Kafka is away', finishedAt: at });
    });

    it('lists newest first, page by page', async () => {
      const ids: string[] = [];
      // All asked for in the same millisecond: the order is still the one in which they came.
      for (let index = 0; index < 5; index++) ids.unshift((await insert()).id);
      const idsOf = async (page: { limit: number; before?: string | undefined }) =>
        (await store.list(page)).map(({ id }) => id);
      expect(await idsOf({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await idsOf({ limit: 2, before: ids[1] })).toEqual(ids.slice(2, 4));
      expect(await idsOf({ limit: 9, before: ids[3] })).toEqual(ids.slice(4));
      expect(await idsOf({ limit: 9, before: randomUUID() })).toEqual([]);
    });

    it('finds the finished among many', async () => {
      const [one, two] = [await insert(), await insert()];
      await store.apply(finished(two.id));
      expect((await store.finishedAmong([one.id, two.id, randomUUID()])).map(({ id }) => id)).toEqual([two.id]);
      expect(await store.finishedAmong([])).toEqual([]);
    });

    it('finds runs whose job never reached the queue', async () => {
      const [lost, sent, fresh, ended] = [
        await insert(),
        await insert(),
        await insert({ requestedAt: new Date('2026-03-01T11:00:00Z') }),
        await insert(),
      ];
      await store.markDispatched(sent.id);
      await store.fail(ended.id, 'no', new Date());
      const found = await store.undispatched(new Date('2026-03-01T10:30:00Z'));
      expect(found.map(({ id }) => id)).toEqual([lost.id]);
      expect(fresh.id).not.toBe(lost.id);
    });

    it('finds the newest report of the longest branch', async () => {
      const report = async (branch: string, hasReport = true, repository = 'myapp'): Promise<string> => {
        const { id } = await insert({ branch, repository });
        await store.apply(finished(id, { hasReport }));
        return id;
      };
      await report('main');
      const main = await report('main');
      await report('main', false);
      const deep = await report('feature/x');
      await report('main', true, 'other');
      await report('Main');
      expect((await store.newestWithReport('myapp', ['main', 'main/index.html']))?.id).toBe(main);
      expect((await store.newestWithReport('myapp', ['feature', 'feature/x', 'feature/x/a.css']))?.id).toBe(deep);
      expect(await store.newestWithReport('myapp', ['feature', 'MAIN'])).toBeUndefined();
      expect(await store.newestWithReport('myapp', [])).toBeUndefined();
    });
  });
}
