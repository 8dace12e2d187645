/** Reads numbers that came as text, strictly, and says in words what is wrong with them. */
import { HttpError, missingArgument } from '../errors.ts';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Shortens a client's text for an error message. */
export const quote = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** The finite number that a query parameter holds, or a 400 that names the parameter. */
export function parseNumber(name: string, value: unknown): number {
  if (value === undefined) throw new HttpError(400, missingArgument(name));
  if (typeof value !== 'string') throw new HttpError(400, `\`${name}\` was given more than once.`);
  if (!DECIMAL.test(value)) throw new HttpError(400, `\`${name}\` must be a number, not ${quote(value)}.`);
  const number = Number(value);
  if (!Number.isFinite(number)) throw new HttpError(400, tooLarge(name));
  return number;
}

/** Says that an argument lies outside the numbers that a computer calculates with. */
export const tooLarge = (name: string): string =>
  `\`${name}\` is too large: the largest number is about ${Number.MAX_VALUE.toPrecision(3)}.`;
