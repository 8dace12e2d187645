/** What happened to groups and consumers, newest first. */
import type { StreamActivity } from '../../src/schemas/stream.ts';

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** The timeline. */
export function Happened({ items }: { items: readonly StreamActivity[] }) {
  if (items.length === 0) {
    return (
      <p class="empty">Nothing yet. Who joins, leaves or is missed by a group is told here, and how long it took.</p>
    );
  }
  return (
    <ol class="timeline" aria-label="What happened, newest first">
      {items.map(({ id, time, kind, text }) => (
        <li key={id} class={kind}>
          <time dateTime={time}>{CLOCK.format(new Date(time))}</time> {text}
        </li>
      ))}
    </ol>
  );
}
