/** The CI service as the benchmark's client sees it. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../infra/problem.ts';

const POLL_MS = 100;
const FINISH_LIMIT_MS = 300_000;

/** Asks for runs of branches of the default repository, at once. @returns their ids */
export function requestRuns(apiUrl: string, branches: readonly string[]): Promise<string[]> {
  return Promise.all(
    branches.map(async (branch) => {
      const response = await fetch(`${apiUrl}/ci`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'respond-async' },
        body: JSON.stringify({ branch }),
      });
      const answer = (await response.json()) as { id?: string; text?: string };
      if (answer.id === undefined)
        throw new Problem(`The CI did not take ${branch}: ${answer.text ?? response.status}`);
      return answer.id;
    }),
  );
}

/** Waits until a run has passed. @throws Problem where it has not */
export async function finishRun(apiUrl: string, id: string): Promise<void> {
  const end = Date.now() + FINISH_LIMIT_MS;
  while (Date.now() < end) {
    const run = (await (await fetch(`${apiUrl}/ci/${id}`)).json()) as { state: string; reason: string | null };
    if (run.state === 'passed') return;
    if (run.state !== 'queued' && run.state !== 'running')
      throw new Problem(`Run ${id} has ${run.state}: ${run.reason}`);
    await delay(POLL_MS);
  }
  throw new Problem(`Run ${id} did not end within ${FINISH_LIMIT_MS / 1000} s.`);
}

/** Follows the log of a run that prints when it prints: `at <seconds since 1970>`. @returns milliseconds until each line was here */
export async function followDelays(apiUrl: string, id: string): Promise<number[]> {
  const response = await fetch(`${apiUrl}/ci/${id}/events`, { headers: { accept: 'text/event-stream' } });
  const delays: number[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const now = Date.now();
    const events = `${text}${chunk}`.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      for (const [, seconds] of event.matchAll(/at (\d+\.\d+)/g)) delays.push(now - Number(seconds) * 1000);
    }
  }
  if (delays.length === 0) throw new Problem(`The log of run ${id} never came.`);
  return delays;
}
