/** Times as the reader's own clock has them. */

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });
const HOUR_MS = 3_600_000;

/** Rewrites each `<time datetime>` below `root`: `12 min ago`, or the day and the time. */
export function localiseTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    element.title = FULL.format(date);
    const words = sayWhen(date, Date.now());
    // The text node stays: what was rendered here knows it.
    if (element.firstChild instanceof Text) element.firstChild.data = words;
    else element.textContent = words;
  }
}

function sayWhen(date: Date, now: number): string {
  const age = now - date.getTime();
  if (age < -HOUR_MS || age >= HOUR_MS) return DAY.format(date);
  return age < 60_000 ? 'just now' : `${Math.floor(age / 60_000)} min ago`;
}
