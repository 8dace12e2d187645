/** The live parts of the first page. */
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { runTable } from '../src/pages/ci/run-table.ts';
import type { ShownRun } from '../src/pages/ci/shown-run.ts';
import { addCopyButton } from './common/copy.ts';
import { poll } from './common/poll.ts';
import { show } from './common/show.ts';
import { StartForm } from './common/start-form.tsx';
import { enhanceAddNumbers } from './home/add-numbers.ts';
import { Health } from './home/health.tsx';
import { StartedRun } from './home/started-run.tsx';

const RUNS_EVERY_MS = 5_000;
const RUNS_SHOWN = 8;

function Ci({ onStart }: { onStart: () => void }) {
  const [started, setStarted] = useState<string>();
  const start = ({ id }: ShownRun): void => {
    setStarted(id);
    onStart();
  };
  return (
    <>
      <StartForm onStart={start} />
      {started !== undefined && <StartedRun key={started} id={started} />}
    </>
  );
}

/** Keeps the last runs up to date; gives what asks for them at once. */
function followRuns(place: Element): () => void {
  const say = document.createElement('p');
  say.className = 'bad';
  const { again } = poll<{ runs: ShownRun[] }>({
    path: `/api/v1/ci?limit=${RUNS_SHOWN}`,
    everyMs: RUNS_EVERY_MS,
    onValue: ({ runs }) => {
      say.remove();
      const withRepository = new Set(runs.map(({ repository }) => repository)).size > 1;
      show(place, runTable({ runs, now: Date.now(), withRepository }));
    },
    onProblem: (text) => {
      say.textContent = text;
      place.before(say);
    },
  });
  return again;
}

const health = document.getElementById('health');
const ci = document.getElementById('ci');
const runs = document.getElementById('runs');

health?.replaceChildren();
ci?.replaceChildren();
if (health !== null) render(<Health />, health);
const lookAgain = runs === null ? () => undefined : followRuns(runs);
if (ci !== null) render(<Ci onStart={lookAgain} />, ci);
for (const form of document.querySelectorAll<HTMLFormElement>('#add-numbers form')) enhanceAddNumbers(form);
for (const example of document.querySelectorAll<HTMLElement>('[data-copy]')) addCopyButton(example);
