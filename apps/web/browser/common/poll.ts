/** Asks again and again while the page is looked at. */
import { ask, tell } from './api.ts';

export interface Poll {
  /** Asks at once, whatever is under way. */
  again(): void;
  stop(): void;
}

export interface PollOptions<T> {
  path: string;
  /** From each answer to the next question; a hidden page asks nothing. */
  everyMs: number;
  onValue: (value: T) => void;
  /** Told why a question went wrong; the next one follows all the same. */
  onProblem: (text: string) => void;
}

/** Asks at once, and then every `everyMs`. */
export function poll<T>({ path, everyMs, onValue, onProblem }: PollOptions<T>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    round += 1;
    const mine = round;
    if (!document.hidden) {
      try {
        const value = await ask<T>(path);
        if (mine === round) onValue(value);
      } catch (error) {
        if (mine === round) onProblem(tell(error));
      }
    }
    if (mine === round) timer = setTimeout(look, everyMs);
  };

  void look();
  return {
    again: () => void look(),
    stop: () => {
      round += 1;
      clearTimeout(timer);
    },
  };
}
