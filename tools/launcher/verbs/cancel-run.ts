/** `./lab ci cancel`: ends a run of the CI that is queued or running. Only whoever operates the lab can. */
import type { LabReach } from '../../../infra/outputs.ts';
import { Problem } from '../../../infra/problem.ts';
import { runOnHost } from '../remote.ts';

const RUN_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Asks the web app on its host, by a socket that only root can open. @returns what it says. @throws Problem with why not */
export async function cancelRun(reach: LabReach, run: string): Promise<string> {
  // The page of a run is where one has its id from.
  const id = run.split(/[?#]/)[0]?.split('/').at(-1)?.toLowerCase() ?? '';
  if (!RUN_ID.test(id)) {
    throw new Problem(`"${run}" is no run. Give its id, or the address of its page: the page /ci lists all runs.`);
  }
  const ask = `curl --silent --max-time 20 --unix-socket /run/lab-web/operator.sock -X POST http://web/ci/${id}/cancel`;
  const { stdout, stderr, status } = await runOnHost(reach, 'web', ask);
  const answer = parseAnswer(stdout);
  if (answer === undefined) {
    const why = stderr.trim().split('\n').at(-1);
    throw new Problem(
      `The web app did not answer (${why === '' ? `curl ended with ${status}` : why}). See: ./lab status`,
    );
  }
  if (answer.status !== 'ok') throw new Problem(answer.text);
  return answer.text;
}

function parseAnswer(text: string): { status: string; text: string } | undefined {
  try {
    return JSON.parse(text) as { status: string; text: string };
  } catch {
    return undefined;
  }
}
