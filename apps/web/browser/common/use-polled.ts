/** State that is asked for again and again while the page is looked at. */
import { useEffect, useState } from 'preact/hooks';
import { poll } from './poll.ts';

export interface Polled<T> {
  value: T | undefined;
  /** Why the last question went wrong. */
  problem: string | undefined;
}

/** Asks at once, then `everyMs` after each answer. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: undefined, problem: undefined });
  useEffect(() => {
    const { stop } = poll<T>({
      path,
      everyMs,
      onValue: (value) => setPolled({ value, problem: undefined }),
      onProblem: (problem) => setPolled(({ value }) => ({ value, problem })),
    });
    return stop;
  }, [path, everyMs]);
  return polled;
}
