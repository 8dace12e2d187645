/** How the chat is shown: plain text, whatever people write. */
import { styleText } from 'node:util';
import type { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';

const COLOURS = ['cyan', 'green', 'yellow', 'magenta', 'blue', 'red'] as const;
/** They turn around how the rest of a line reads. */
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g;

/** Text without anything that a terminal would obey. */
export const harmless = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').replace(DIRECTIONS, '');

/** The same colour for the same name. */
export function colourOf(name: string): (typeof COLOURS)[number] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return COLOURS[sum % COLOURS.length] ?? 'cyan';
}

/** `12:34 ann: text`. */
export function describeMessage({ user, text, time }: ChatMessage, inColour: boolean): string {
  const at = new Date(time);
  const clock = Number.isNaN(at.getTime()) ? '--:--' : at.toTimeString().slice(0, 5);
  const name = harmless(user);
  const line = harmless(text);
  if (!inColour) return user === '' ? `${clock} ${line}` : `${clock} ${name}: ${line}`;
  const quiet = styleText('dim', clock, { validateStream: false });
  if (user === '') return `${quiet} ${line}`;
  return `${quiet} ${styleText(['bold', colourOf(user)], name, { validateStream: false })}: ${line}`;
}

/** Who came and who left, a line each. */
export function describeChanges(before: readonly ChatPerson[], now: readonly ChatPerson[]): string[] {
  const names = (people: readonly ChatPerson[]) => new Set(people.map(({ user }) => user));
  const [then, here] = [names(before), names(now)];
  return [
    ...[...here].filter((name) => !then.has(name)).map((name) => `* ${harmless(name)} came`),
    ...[...then].filter((name) => !here.has(name)).map((name) => `* ${harmless(name)} left`),
  ];
}

/** Who is writing, but for oneself: `ann, bob: writing… `, nothing for nobody. */
export function describeTyping(people: readonly ChatPerson[], me: string): string {
  const names = people.filter(({ user, typing }) => typing && user !== me).map(({ user }) => harmless(user));
  return names.length === 0 ? '' : `(${names.join(', ')} writing…) `;
}
