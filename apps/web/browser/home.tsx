/** The live parts of the first page. */
import { render } from 'preact';
import { createPortal } from 'preact/compat';
import { useState } from 'preact/hooks';
import { enhanceAddNumbers } from './home/add-numbers.ts';
import { CiForm } from './home/ci.tsx';
import { addCopyButton } from './home/copy.ts';
import { Health } from './home/health.tsx';
import { Runs } from './home/runs.tsx';

const health = document.getElementById('health');
const ci = document.getElementById('ci');
const runs = document.getElementById('runs');

/** A run that starts in one place shows at once in the other. */
function Ci({ list }: { list: HTMLElement }) {
  const [started, setStarted] = useState(0);
  return (
    <>
      <CiForm onStart={() => setStarted(started + 1)} />
      {createPortal(<Runs version={started} />, list)}
    </>
  );
}

for (const place of [health, ci, runs]) place?.replaceChildren();
if (health !== null) render(<Health />, health);
if (ci !== null && runs !== null) render(<Ci list={runs} />, ci);
for (const form of document.querySelectorAll<HTMLFormElement>('#add-numbers form')) enhanceAddNumbers(form);
for (const example of document.querySelectorAll<HTMLElement>('[data-copy]')) addCopyButton(example);
