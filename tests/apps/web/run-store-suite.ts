/** What every store of runs promises of keeping, finding and forgetting them. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewRun, RunPage, RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { finished, newRun, running } from './ci-fixtures.ts';

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
      const run = newRun({ branch: 'Übung/ключ-🚀', repository: `https://git.example/${'x'.repeat(234)}` });
      const kept = await store.insert(run);
      expect(kept).toEqual({
        ...run,
        author: null,
        subject: null,
        state: 'queued',
        startedAt: null,
        finishedAt: null,
        runner: null,
        steps: [{ name: 'queued', state: 'running', startedAt: '2026-03-01T10:00:00.123Z', finishedAt: null }],
        exitCode: null,
        reason: null,
        durationMs: null,
        tests: null,
        coverage: null,
        changedLines: null,
        hasReport: false,
        hasTests: false,
        hasCoverage: false,
      });
      expect(await store.get(run.id)).toEqual(kept);
      expect(await store.get(randomUUID())).toBeUndefined();
    });

    describe('the storage that runs take', () => {
      const AFTER = new Date('2099-01-01');
      const end = async (change: Partial<NewRun>, bytes?: number): Promise<string> => {
        const { id } = await insert(change);
        await store.apply(finished(id));
        if (bytes !== undefined) await store.setStoredBytes(id, bytes);
        return id;
      };

      it('is measured once, when a run is finished', async () => {
        await insert({ branch: 'under way' });
        const [first, second] = [await end({ branch: 'a' }), await end({ branch: 'b' })];
        const unmeasured = async (before: Date, limit: number): Promise<string[]> =>
          (await store.unmeasured(before, limit)).map(({ id }) => id);
        expect(await unmeasured(new Date('2000-01-01'), 9)).toEqual([]);
        expect(await unmeasured(AFTER, 1)).toEqual([first]);
        await store.setStoredBytes(first, 0);
        expect(await unmeasured(AFTER, 9)).toEqual([second]);
      });

      it('is summed by repository, with what is not measured yet as nothing', async () => {
        expect(await store.usage()).toEqual([]);
        const gib = 1024 ** 3;
        await end({ branch: 'a' }, 5 * gib);
        await end({ branch: 'b' }, 7);
        await end({ branch: 'c' });
        await insert({ repository: 'other' });
        expect(await store.usage()).toEqual([
          { repository: 'myapp', runs: 3, storedBytes: 5 * gib + 7 },
          { repository: 'other', runs: 1, storedBytes: 0 },
        ]);
      });

      it('is made room in by what others of its branch have replaced, then by the oldest, never by the newest', async () => {
        const only = await end({ branch: 'only' });
        const [old, middle, last] = [await end({}), await end({}), await end({})];
        await end({ repository: 'other' });
        const newest = await end({ branch: 'newest' });
        await insert({ branch: 'only' });
        const order = async (limit: number): Promise<string[]> =>
          (await store.makingRoom('myapp', limit)).map(({ id }) => id);
        expect(await order(9)).toEqual([old, middle, only, last]);
        expect(await order(2)).toEqual([old, middle]);
        await Promise.all([only, old, middle, last].map((id) => store.remove(id)));
        expect(await order(9)).toEqual([]);
        expect(await store.get(newest)).toBeDefined();
      });
    });

    it('refuses two runs with one id', async () => {
      const { id } = await insert();
      await expect(insert({ id })).rejects.toThrow();
    });

    it('gives the run of the same commit that is not finished', async () => {
      const first = await insert();
      const { repository, branch, commit } = first;
      expect((await store.insert(newRun({ repository, branch, commit }))).id).toBe(first.id);
      await store.apply(running(first.id));
      const joined = await store.insert(newRun({ repository, branch, commit }));
      expect(joined).toMatchObject({ id: first.id, state: 'running', runner: 'ci-1' });
      for (const other of [{ repository: 'other' }, { branch: 'Main' }, { commit: 'b'.repeat(40) }]) {
        const run = newRun({ repository, branch, commit, ...other });
        expect((await store.insert(run)).id).toBe(run.id);
      }
    });

    it('finds the run of a commit that is not finished', async () => {
      const { id, repository, branch, commit } = await insert();
      expect(await store.findActive({ repository, branch, commit })).toMatchObject({ id, state: 'queued' });
      for (const other of [{ repository: 'other' }, { branch: 'Main' }, { commit: 'b'.repeat(40) }]) {
        expect(await store.findActive({ repository, branch, commit, ...other })).toBeUndefined();
      }
      await store.apply(finished(id));
      expect(await store.findActive({ repository, branch, commit })).toBeUndefined();
    });

    it('counts the runs that are not finished, of an address and in all', async () => {
      const address = '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff';
      expect(await store.countUnfinished(address)).toEqual({ ofAddress: 0, inAll: 0 });
      const [first, second] = [await insert({ address }), await insert({ address })];
      await insert({ address: '192.0.2.1' });
      await insert();
      await store.apply(running(second.id));
      expect(await store.countUnfinished(address)).toEqual({ ofAddress: 2, inAll: 4 });
      await store.apply(finished(first.id));
      await store.fail(second.id, 'no', new Date());
      expect(await store.countUnfinished(address)).toEqual({ ofAddress: 0, inAll: 2 });
    });

    it.each([
      ['a result', (id: string) => store.apply(finished(id))],
      ['an end without a runner', (id: string) => store.fail(id, 'no', new Date())],
    ])('takes a commit anew after %s', async (_what, end) => {
      const { repository, branch, commit, id } = await insert();
      await end(id);
      const again = newRun({ repository, branch, commit });
      expect((await store.insert(again)).id).toBe(again.id);
    });

    it('makes one run of many requests at once, each time', async () => {
      const { repository, branch, commit } = newRun();
      const seen = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const all = Array.from({ length: 30 }, () => store.insert(newRun({ repository, branch, commit })));
        const ids = new Set((await Promise.all(all)).map(({ id }) => id));
        expect(ids.size).toBe(1);
        for (const id of ids) {
          seen.add(id);
          await store.apply(finished(id));
        }
      }
      expect(seen.size).toBe(3);
    });

    it('loses nobody when runs end while others ask for them', async () => {
      const work = await insert();
      const ask = () => store.insert(newRun({ branch: work.branch, commit: work.commit }));
      let { id } = work;
      for (let round = 0; round < 10; round += 1) {
        const asking = [ask(), ask(), store.apply(finished(id)), ask(), ask(), ask(), ask(), ask(), ask()];
        const ended = id;
        await Promise.all(asking);
        id = (await ask()).id;
        expect(id).not.toBe(ended);
        expect(await store.get(id)).toMatchObject({ state: 'queued' });
      }
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

    it('lists those of a repository and a branch', async () => {
      const [main, other, elsewhere] = [
        await insert(),
        await insert({ branch: 'Main' }),
        await insert({ repository: 'other' }),
      ];
      const again = await insert();
      const idsOf = async (page: Omit<RunPage, 'limit'>) =>
        (await store.list({ limit: 9, ...page })).map(({ id }) => id);
      expect(await idsOf({ repository: 'myapp' })).toEqual([again.id, other.id, main.id]);
      expect(await idsOf({ branch: 'main' })).toEqual([again.id, elsewhere.id, main.id]);
      expect(await idsOf({ repository: 'myapp', branch: 'main', before: again.id })).toEqual([main.id]);
      // The run that a page begins at need not be one of those listed.
      expect(await idsOf({ repository: 'myapp', branch: 'main', before: elsewhere.id })).toEqual([main.id]);
      expect(await idsOf({ branch: 'none' })).toEqual([]);
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

    it('finds what is old, but not the newest of a branch nor its newest report', async () => {
      const ended = async (change: Partial<NewRun>, hasReport: boolean, day: number): Promise<string> => {
        const { id } = await insert(change);
        await store.apply(finished(id, { hasReport, finishedAt: `2026-03-0${day}T10:00:00.000Z` }));
        return id;
      };
      const old = await ended({}, true, 1);
      const older = await ended({}, false, 1);
      await ended({}, true, 2); // the newest report of main
      const without = await ended({}, false, 2);
      await ended({}, false, 3); // the newest of main
      await insert({ requestedAt: new Date(0) });
      await ended({ branch: 'Main' }, false, 1);
      await ended({ repository: 'other' }, true, 1);
      const idsOf = async (day: number, limit = 9) =>
        (await store.expired(new Date(`2026-03-0${day}T12:00:00.000Z`), limit)).map(({ id }) => id);
      expect(await idsOf(9)).toEqual([old, older, without]);
      expect(await idsOf(9, 2)).toEqual([old, older]);
      expect(await idsOf(1)).toEqual([old, older]);
      expect(await store.expired(new Date('2026-03-01T09:00:00.000Z'), 9)).toEqual([]);
    });

    it('forgets a finished run, and no other', async () => {
      const [ended, queued] = [await insert(), await insert()];
      await store.apply(finished(ended.id));
      await Promise.all([store.remove(ended.id), store.remove(ended.id), store.remove(queued.id)]);
      expect(await store.get(ended.id)).toBeUndefined();
      expect(await store.get(queued.id)).toBeDefined();
    });
  });
}
