/** Messages as one reads them: day by day, and in turns of one who says several things in a row. */
import type { ChatMessage } from '@cloud-lab/common/chat';

/** What somebody says in a row. */
export interface Turn<Message> {
  user: string;
  messages: Message[];
}

export interface Day<Message> {
  /** The first moment in it, ISO 8601. */
  time: string;
  turns: Turn<Message>[];
}

/** After such a pause, in milliseconds, the name stands there again. */
const PAUSE_MS = 5 * 60_000;

/** `dayOf` says on which day a time is, where the reader is. */
export function groupMessages<Message extends Pick<ChatMessage, 'user' | 'time'>>(
  messages: readonly Message[],
  dayOf: (time: string) => string,
): Day<Message>[] {
  const days: Day<Message>[] = [];
  let before: Message | undefined;
  for (const message of messages) {
    const isNewDay = before === undefined || dayOf(before.time) !== dayOf(message.time);
    if (isNewDay) days.push({ time: message.time, turns: [] });
    const turns = days.at(-1)?.turns;
    const goesOn = !isNewDay && before?.user === message.user && pauseBetween(before, message) < PAUSE_MS;
    if (goesOn) turns?.at(-1)?.messages.push(message);
    else turns?.push({ user: message.user, messages: [message] });
    before = message;
  }
  return days;
}

const pauseBetween = (one: { time: string }, next: { time: string }): number =>
  Date.parse(next.time) - Date.parse(one.time);
