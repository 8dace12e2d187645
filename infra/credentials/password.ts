/** Generates passwords that the strictest service accepts, and that mean themselves wherever the lab writes them. */
import { randomInt } from 'node:crypto';

/** Azure Database for MySQL wants three of these four classes; every password has all of them. */
const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/];
const CLASSES_WANTED = 3;
const LENGTH = 48;
const SHORTEST = 8;
const LONGEST = 128;

/** Without vowels, so that no password holds a login name, or three letters of one, which services refuse. */
const UPPER = 'BCDFGHJKLMNPQRSTVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';
/** What URLs, shells, environment files, SQL strings, SCRAM arguments and JAAS strings all leave as it is. */
const OTHERS = '-_';
const ALPHANUMERIC = UPPER + LOWER + DIGITS;
const ALL = ALPHANUMERIC + OTHERS;

/** Gives a number from 0 to below its argument. */
export type Random = (below: number) => number;

/** Returns a new password. It begins and ends with a letter or digit: a sign there could be taken for an option, or left out when copied. */
export function createPassword(random: Random = randomInt): string {
  const pick = (characters: string): string => characters.charAt(random(characters.length));
  const inner = [UPPER, LOWER, DIGITS, OTHERS].map(pick);
  while (inner.length < LENGTH - 2) inner.push(pick(ALL));
  return [pick(ALPHANUMERIC), ...shuffle(inner, random), pick(ALPHANUMERIC)].join('');
}

/** Whether every service would accept a password for the account `login`. */
export function satisfiesPolicy(password: string, login: string): boolean {
  const classes = CLASSES.filter((characters) => characters.test(password)).length;
  const length = password.length;
  return (
    length >= SHORTEST &&
    length <= LONGEST &&
    classes >= CLASSES_WANTED &&
    !containsPartOf(login.toLowerCase(), password)
  );
}

/** Three or more consecutive letters or digits of a login count as a part of it. */
function containsPartOf(login: string, password: string): boolean {
  const parts = Array.from({ length: login.length }, (_, at) => login.slice(at, at + 3));
  return parts.some((part) => /^[a-z0-9]{3}$/.test(part) && password.toLowerCase().includes(part));
}

/** Fisher and Yates. */
function shuffle(characters: readonly string[], random: Random): string[] {
  const shuffled = [...characters];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? '', shuffled[last] ?? ''];
  }
  return shuffled;
}
