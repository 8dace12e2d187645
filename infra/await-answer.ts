/** Waits until something that was asked for answers over HTTP. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.ts';

export type AwaitAnswerOptions = {
  /** What answers, as a sentence begins with it: `The container numbers`. */
  what: string;
  /** It works when this answers 200. */
  url: string;
  /** Seconds. */
  timeout: number;
  /** Tells what its cloud knows of it, where it does not answer. */
  explain?: () => Promise<string | undefined>;
};

const PAUSE_MS = 200;
const ANSWER_LIMIT_MS = 5000;

/** @throws Problem that says what came instead, when the time is over */
export async function awaitAnswer({ what, url, timeout, explain }: AwaitAnswerOptions): Promise<void> {
  const end = Date.now() + timeout * 1000;
  for (;;) {
    const complaint = await askOnce(url);
    if (complaint === undefined) return;
    if (Date.now() + PAUSE_MS > end) {
      const known = await explain?.().catch(() => undefined);
      const failure = `${what} does not work after ${timeout} s: ${url} ${complaint}. It stays to be looked at.`;
      throw new Problem([failure, ...(known === undefined ? [] : [known])].join('\n'));
    }
    await delay(PAUSE_MS);
  }
}

/** Asks once. @returns undefined where it answers 200, else what it does */
export async function askOnce(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    await response.body?.cancel();
    return response.status === 200 ? undefined : `answers ${response.status}`;
  } catch (error) {
    return `gives no answer (${describeCause(error as Error)})`;
  }
}

/** In the words of the network. Where a name has several addresses, the cause is a list of errors without words of its own. */
function describeCause({ cause, message }: Error): string {
  if (cause instanceof AggregateError) return cause.errors.map(({ message: each }: Error) => each).join(', ');
  return cause instanceof Error ? cause.message : message;
}
