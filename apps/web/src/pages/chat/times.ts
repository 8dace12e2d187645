/** Times of the chat: in UTC as the server knows no other, by the reader's own clock in the browser. */

export interface ChatTimes {
  /** On which day a time is. */
  dayOf(time: string): string;
  /** `Today`, `Yesterday`, `Sunday, 22 November 2026`. */
  sayDay(time: string, now: Date): string;
  /** `14:05`. */
  clock(time: string): string;
  /** All of it. */
  full(time: string): string;
}

const DAY_MS = 24 * 3_600_000;

/** The times of a zone; undefined: where the reader is. */
export function chatTimes(timeZone?: 'UTC'): ChatTimes {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone });
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', ...zone });
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone });
  const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', ...zone });
  const dayOf = (time: string): string => day.format(new Date(time));
  return {
    dayOf,
    sayDay(time, now) {
      const that = dayOf(time);
      if (that === day.format(now)) return 'Today';
      return that === day.format(new Date(now.getTime() - DAY_MS)) ? 'Yesterday' : words.format(new Date(time));
    },
    clock: (time) => clock.format(new Date(time)),
    full: (time) => full.format(new Date(time)),
  };
}
