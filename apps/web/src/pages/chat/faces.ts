/** The small round sign before what somebody says. */

const HUES = 6;
/** Programs that name nobody. */
export const NOBODY = 'A program';

/** The first character of a name, large. */
export const initialOf = (user: string): string => ([...user][0] ?? '›').toLocaleUpperCase('en');

/** The same name has the same colour everywhere: a class of chat.css. */
export function hueOf(user: string): string {
  let sum = 7;
  for (const character of user) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return user === '' ? 'hue-none' : `hue-${sum % HUES}`;
}

/** `nobody is here`, `1 person`, `3 people`. */
export const countPeople = (count: number): string =>
  count === 0 ? 'nobody here' : count === 1 ? '1 person' : `${count} people`;
