/** Waits for a fact, with a limit. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is an answer; gives undefined once the limit is over. */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { limitMs, everyMs }: { limitMs: number; everyMs: number },
): Promise<T | undefined> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) return undefined;
    await sleep(everyMs);
  }
}
