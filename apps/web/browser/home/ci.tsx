/** Asks for a run of the CI, and tells how it goes. */
import { useEffect, useState } from 'preact/hooks';
import { ask, post, type Run, tell } from './api.ts';
import { usePolled } from './use-polled.ts';

const EVERY_MS = 2_000;

interface Branches {
  branches: { name: string }[];
}

/** The form, and below it the run that it started. `onStart` hears of each new run. */
export function CiForm({ onStart }: { onStart: () => void }) {
  const [branches, setBranches] = useState<string[]>([]);
  const [branch, setBranch] = useState('main');
  const [run, setRun] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    ask<Branches>('/api/v1/ci/branches')
      .then((answer) => setBranches(answer.branches.map(({ name }) => name)))
      .catch(() => undefined);
  }, []);

  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    setRun(undefined);
    try {
      const { id } = await post<Run>('/api/v1/ci', { branch: branch.trim() }, { prefer: 'respond-async' });
      setRun(id);
      onStart();
    } catch (error) {
      setProblem(tell(error));
    }
    setBusy(false);
  };

  return (
    <form onSubmit={start}>
      <div class="fields">
        <label>
          Branch
          <input
            name="branch"
            list="branches"
            required
            autocomplete="off"
            value={branch}
            onInput={(event) => setBranch(event.currentTarget.value)}
          />
        </label>
        <datalist id="branches">
          {branches.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <button type="submit" disabled={busy}>
        Run the tests
      </button>
      <output>
        {problem !== undefined && <span class="bad">{problem}</span>}
        {run !== undefined && <Progress id={run} />}
      </output>
    </form>
  );
}

function Progress({ id }: { id: string }) {
  const { value: run, problem } = usePolled<Run>(`/api/v1/ci/${id}`, EVERY_MS);
  if (problem !== undefined) return <span class="bad">{problem}</span>;
  if (run === undefined) return <span>Queued …</span>;
  return (
    <span>
      <strong class={run.state}>{run.state}</strong> {run.reason} <a href={run.logUrl}>Log</a>
      {run.reportUrl !== null && (
        <>
          {' '}
          <a href={run.reportUrl} rel="noopener">
            Coverage report
          </a>
        </>
      )}
    </span>
  );
}
