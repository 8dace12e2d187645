/** State that is asked for again and again while the page is looked at. */
import { useEffect, useState } from 'preact/hooks';
import { ask, tell } from './api.ts';

export interface Polled<T> {
  value: T | undefined;
  /** Why the last question went wrong. */
  problem: string | undefined;
}

/** Asks at once, then `everyMs` after each answer; a hidden page asks nothing. A changed `version` asks at once. */
export function usePolled<T>(path: string, everyMs: number, version = 0): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: undefined, problem: undefined });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const value = await ask<T>(path);
          if (!over) setPolled({ value, problem: undefined });
        } catch (error) {
          if (!over) setPolled(({ value }) => ({ value, problem: tell(error) }));
        }
      }
      if (!over) timer = setTimeout(look, everyMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [path, everyMs, version]);
  return polled;
}
