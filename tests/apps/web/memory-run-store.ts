/** Runs in memory, for tests; passes the same suite as the SQL store. */
import type { CiProgress } from '@cloud-lab/common/ci-messages';
import { type CiRun, cutSteps, firstSteps, isFinished, progressOf } from '../../../apps/web/src/ci/run.ts';
import type { RunStore, Work } from '../../../apps/web/src/ci/run-store.ts';
import { cutReason, cutUpdate } from '../../../apps/web/src/database/run-rows.ts';

const UNKNOWN = {
  author: null,
  subject: null,
  startedAt: null,
  finishedAt: null,
  runner: null,
  exitCode: null,
  reason: null,
  durationMs: null,
  tests: null,
  coverage: null,
  changedLines: null,
  hasReport: false,
  hasTests: false,
  hasCoverage: false,
} as const;

interface Kept {
  run: CiRun;
  dispatched: boolean;
  heardAt: Date | null;
  address: string | undefined;
  storedBytes: number | null;
}

export function createMemoryRunStore(): RunStore {
  const kept: Kept[] = [];
  const newestFirst = (): CiRun[] => kept.toReversed().map(({ run }) => structuredClone(run));
  const oldestFirst = (): CiRun[] => newestFirst().toReversed();
  const unfinished = (id: string): Kept | undefined => kept.find(({ run }) => run.id === id && !isFinished(run));

  return {
    async insert(wanted) {
      const active = oldestFirst().find((run) => !isFinished(run) && isSameWork(run, wanted));
      if (active !== undefined) return active;
      if (kept.some(({ run }) => run.id === wanted.id)) throw new Error(`duplicate id ${wanted.id}`);
      const { address, ...asked } = wanted;
      const run: CiRun = { ...asked, ...UNKNOWN, state: 'queued', steps: firstSteps(wanted.requestedAt) };
      kept.push({ run, dispatched: false, heardAt: null, address, storedBytes: null });
      return structuredClone(run);
    },
    async findActive(work) {
      return oldestFirst().find((run) => !isFinished(run) && isSameWork(run, work));
    },
    async countUnfinished(address) {
      const going = kept.filter(({ run }) => !isFinished(run));
      return { ofAddress: going.filter((each) => each.address === address).length, inAll: going.length };
    },
    async get(id) {
      return newestFirst().find((run) => run.id === id);
    },
    async finishedAmong(ids) {
      return newestFirst().filter((run) => ids.includes(run.id) && isFinished(run));
    },
    async list({ limit, before, repository, branch }) {
      const all = newestFirst();
      const start = before === undefined ? -1 : all.findIndex(({ id }) => id === before);
      if (before !== undefined && start === -1) return [];
      const fits = (run: CiRun): boolean =>
        (repository === undefined || run.repository === repository) && (branch === undefined || run.branch === branch);
      return all
        .slice(start + 1)
        .filter(fits)
        .slice(0, limit);
    },
    async markDispatched(id) {
      for (const each of kept) if (each.run.id === id) each.dispatched = true;
    },
    async undispatched(before) {
      const lost = kept.filter(({ run, dispatched }) => run.state === 'queued' && !dispatched).map(({ run }) => run.id);
      return oldestFirst().filter((run) => lost.includes(run.id) && run.requestedAt < before);
    },
    async apply(said) {
      const update = cutUpdate(said);
      const found = unfinished(update.id);
      if (found === undefined || (update.state === 'running' && !isNews(found.run, update))) return false;
      const { startedAt, author, subject, ...rest } = structuredClone(update);
      const ended = 'finishedAt' in rest ? { ...rest, finishedAt: new Date(rest.finishedAt) } : rest;
      const known = { author: author ?? found.run.author, subject: subject ?? found.run.subject };
      Object.assign(found.run, ended, known, { startedAt: new Date(startedAt) });
      found.heardAt = new Date();
      return true;
    },
    async fail(id, reason, at, silentSince) {
      const found = unfinished(id);
      if (found === undefined || (silentSince !== undefined && !isSilent(found, silentSince))) return false;
      Object.assign(found.run, { state: 'errored', reason: cutReason(reason), finishedAt: at });
      found.run.steps = cutSteps(found.run.steps, at);
      return true;
    },
    async silent(since) {
      const ids = kept.filter((each) => each.run.state === 'running' && isSilent(each, since)).map(({ run }) => run.id);
      return oldestFirst().filter(({ id }) => ids.includes(id));
    },
    async newestWithReport(repository, branches) {
      const found = newestFirst().filter(
        (run) => run.repository === repository && run.hasReport && branches.includes(run.branch),
      );
      return found.sort((a, b) => b.branch.length - a.branch.length)[0];
    },
    async expired(before, limit) {
      const ended = newestFirst().filter(isFinished);
      const isNewest = (run: CiRun, of: readonly CiRun[]): boolean =>
        of.find(({ repository, branch }) => repository === run.repository && branch === run.branch)?.id === run.id;
      const stays = (run: CiRun): boolean =>
        isNewest(run, ended) ||
        isNewest(
          run,
          ended.filter((each) => each.hasReport),
        );
      return ended
        .filter((run) => run.finishedAt !== null && run.finishedAt < before && !stays(run))
        .toReversed()
        .slice(0, limit);
    },
    async unmeasured(before, limit) {
      return kept
        .filter(({ run, storedBytes }) => storedBytes === null && run.finishedAt !== null && run.finishedAt < before)
        .slice(0, limit)
        .map(({ run }) => structuredClone(run));
    },
    async setStoredBytes(id, bytes) {
      for (const each of kept) if (each.run.id === id) each.storedBytes = bytes;
    },
    async usage() {
      const names = [...new Set(kept.map(({ run }) => run.repository))].sort();
      return names.map((repository) => {
        const own = kept.filter(({ run }) => run.repository === repository);
        return {
          repository,
          runs: own.length,
          storedBytes: own.reduce((sum, each) => sum + (each.storedBytes ?? 0), 0),
        };
      });
    },
    async makingRoom(repository, limit) {
      const ended = oldestFirst().filter((run) => isFinished(run) && run.repository === repository);
      const isNewest = (run: CiRun): boolean => ended.findLast(({ branch }) => branch === run.branch)?.id === run.id;
      const rest = ended.slice(0, -1);
      return [...rest.filter((run) => !isNewest(run)), ...rest.filter(isNewest)].slice(0, limit);
    },
    async remove(id) {
      const at = kept.findIndex(({ run }) => run.id === id && isFinished(run));
      if (at !== -1) kept.splice(at, 1);
    },
  };
}

const isSameWork = (a: Work, b: Work): boolean =>
  a.repository === b.repository && a.branch === b.branch && a.commit === b.commit;

const isSilent = ({ heardAt }: Kept, since: Date): boolean => heardAt !== null && heardAt < since;

function isNews({ state, runner, startedAt, steps }: CiRun, update: CiProgress): boolean {
  const begin = Date.parse(update.startedAt);
  const known = startedAt?.getTime() ?? 0;
  if (state === 'queued' || runner !== update.runner || known < begin) return true;
  return known === begin && progressOf(steps) <= progressOf(update.steps);
}
