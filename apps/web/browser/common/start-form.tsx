/** Asks for a run of the CI. */
import { useEffect, useState } from 'preact/hooks';
import { repositoryName } from '../../src/pages/ci/format.ts';
import type { ShownRun } from '../../src/pages/ci/shown-run.ts';
import { post, tell } from './api.ts';
import { poll } from './poll.ts';

/** A branch that was just pushed is offered soon. */
const BRANCHES_EVERY_MS = 20_000;

interface Branches {
  repositories: string[];
  branches: { name: string }[];
}

export interface StartFormOptions {
  /** Chosen at first; undefined: the default one. */
  repository?: string | undefined;
  /** Chosen at first, if there is one of this name. */
  branch?: string | undefined;
  /** Told of the run that the form has started. */
  onStart: (run: ShownRun) => void;
  /** Told of the branches of the chosen repository. */
  onBranches?: (names: string[]) => void;
}

/** Asks for a run of the newest commit of a branch; answers at once. */
export const startRun = (branch: string, repository: string | undefined): Promise<ShownRun> =>
  post<ShownRun>('/api/v1/ci', repository === undefined ? { branch } : { branch, repository }, {
    prefer: 'respond-async',
  });

/** The form: a repository where there are several, a branch, a button. */
export function StartForm({ repository: preset, branch: wanted = 'main', onStart, onBranches }: StartFormOptions) {
  const [repository, setRepository] = useState(preset);
  const [repositories, setRepositories] = useState<string[]>([]);
  const [branches, setBranches] = useState<string[]>();
  const [branch, setBranch] = useState(wanted);
  const [obstacle, setObstacle] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    const query = repository === undefined ? '' : `?${new URLSearchParams({ repository })}`;
    const { stop } = poll<Branches>({
      path: `/api/v1/ci/branches${query}`,
      everyMs: BRANCHES_EVERY_MS,
      onValue: (answer) => {
        const names = answer.branches.map(({ name }) => name);
        setRepositories(answer.repositories);
        setBranches(names);
        setBranch((current) => [current, 'main'].find((name) => names.includes(name)) ?? names[0] ?? '');
        setObstacle(names.length === 0 ? 'This repository has no branches yet: push one.' : undefined);
        onBranches?.(names);
      },
      onProblem: setObstacle,
    });
    return stop;
  }, [repository]);

  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      onStart(await startRun(branch, repository));
    } catch (error) {
      setProblem(tell(error));
    }
    setBusy(false);
  };

  return (
    <form onSubmit={start}>
      <div class="fields">
        {repositories.length > 1 && (
          <div>
            <label for="start-repository">Repository</label>
            <select
              id="start-repository"
              value={repository}
              onChange={(event) => setRepository(event.currentTarget.value)}
            >
              {repositories.map((name) => (
                <option key={name} value={name}>
                  {repositoryName(name)}
                </option>
              ))}
            </select>
          </div>
        )}
        <div>
          <label for="start-branch">Branch</label>
          <select
            id="start-branch"
            name="branch"
            value={branch}
            disabled={branches === undefined}
            onChange={(event) => setBranch(event.currentTarget.value)}
          >
            {(branches ?? [branch]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
      </div>
      <button type="submit" disabled={busy || branches === undefined || branches.length === 0}>
        Run the tests
      </button>
      <output class="bad">{problem ?? obstacle}</output>
    </form>
  );
}
