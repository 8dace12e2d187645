/** Runs in memory, for tests; passes the same suite as the SQL store. */
import type { CiRun } from '../../../apps/web/src/ci/run.ts';
import { isFinished } from '../../../apps/web/src/ci/run.ts';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';

const UNKNOWN = {
  startedAt: null,
  finishedAt: null,
  runner: null,
  exitCode: null,
  reason: null,
  durationMs: null,
  tests: null,
  coverage: null,
  hasReport: false,
} as const;

export function createMemoryRunStore(): RunStore {
  const runs: CiRun[] = [];
  const dispatched = new Set<string>();
  const newestFirst = (): CiRun[] => runs.toReversed().map((run) => ({ ...run }));
  const end = (id: string, change: Partial<CiRun>): boolean => {
    const run = runs.find((each) => each.id === id);
    if (run === undefined || isFinished(run)) return false;
    Object.assign(run, change);
    return true;
  };

  return {
    async insert(run) {
      if (runs.some(({ id }) => id === run.id)) throw new Error(`duplicate id ${run.id}`);
      runs.push({ ...run, ...UNKNOWN, state: 'queued' });
    },
    async get(id) {
      return newestFirst().find((run) => run.id === id);
    },
    async finishedAmong(ids) {
      return newestFirst().filter((run) => ids.includes(run.id) && isFinished(run));
    },
    async list({ limit, before }) {
      const all = newestFirst();
      const start = before === undefined ? -1 : all.findIndex(({ id }) => id === before);
      return before !== undefined && start === -1 ? [] : all.slice(start + 1, start + 1 + limit);
    },
    async markDispatched(id) {
      dispatched.add(id);
    },
    async undispatched(before) {
      const lost = (run: CiRun): boolean => run.state === 'queued' && !dispatched.has(run.id);
      return newestFirst()
        .toReversed()
        .filter((run) => lost(run) && run.requestedAt < before);
    },
    async apply({ id, ...update }) {
      const { startedAt, ...rest } = update;
      const finished = 'finishedAt' in rest ? { ...rest, finishedAt: new Date(rest.finishedAt) } : rest;
      return end(id, { ...finished, startedAt: new Date(startedAt) } as Partial<CiRun>);
    },
    async fail(id, reason, at) {
      return end(id, { state: 'errored', reason, finishedAt: at });
    },
    async newestWithReport(repository, branches) {
      const found = newestFirst().filter(
        (run) => run.repository === repository && run.hasReport && branches.includes(run.branch),
      );
      return found.sort((a, b) => b.branch.length - a.branch.length)[0];
    },
  };
}
