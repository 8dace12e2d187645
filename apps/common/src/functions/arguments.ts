/** Reads the arguments of a function, strictly, and says in words what is wrong with them. */
import { HttpError } from '../http-error.ts';
import type { LabFunction } from './function.ts';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The arguments of a call whose query holds them: parameter name -> its text, or a list where it was given more than once.
 * @throws HttpError 400 that names the parameter
 */
export function readQuery({ args }: LabFunction, query: Readonly<Record<string, unknown>>): number[] {
  return args.map(({ name }) => parseNumber(name, query[name]));
}

/**
 * The arguments of a call whose JSON body holds them; undefined is a request without a body.
 * @throws HttpError 400 that names the argument
 */
export function readBody({ args }: LabFunction, body: unknown): number[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new HttpError(400, noObject('body', body));
  const given = body as Readonly<Record<string, unknown>>;
  const missing = args.find(({ name }) => given[name] === undefined);
  if (missing !== undefined) throw new HttpError(400, missingArgument(missing.name));
  return args.map(({ name }) => checkNumber(name, given[name]));
}

/** The finite number that a query parameter holds. */
function parseNumber(name: string, value: unknown): number {
  if (value === undefined) throw new HttpError(400, missingArgument(name));
  if (typeof value !== 'string') throw new HttpError(400, `\`${name}\` was given more than once.`);
  if (!DECIMAL.test(value)) throw new HttpError(400, `\`${name}\` must be a number, not ${quote(value)}.`);
  return checkNumber(name, Number(value));
}

function checkNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new HttpError(400, wrongType(name, 'a number', value));
  if (!Number.isFinite(value)) throw new HttpError(400, tooLarge(name));
  return value;
}

/** Text for a missing argument, as the lab's functions have always said it, newline included. */
export const missingArgument = (name: string): string =>
  `A value for \`${name}\` is required. Use GET to check arguments.\n`;

/** Text for an argument that lies outside the numbers that a computer calculates with. */
export const tooLarge = (name: string): string =>
  `\`${name}\` is too large: the largest number is about ${Number.MAX_VALUE.toPrecision(3)}.`;

/** Text for an argument of another type; `expected` is such as `a number`. */
export const wrongType = (name: string, expected: string, value: unknown): string =>
  `\`${name}\` must be ${expected}, not ${nameValue(value)}.`;

/** Text for a part of a request, such as `body`, that should hold the arguments by name. */
export const noObject = (part: string, value: unknown): string =>
  `The ${part} must be a JSON object such as {"name": value}, not ${nameValue(value ?? undefined)}.`;

function nameValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${quote(value)}`;
  if (typeof value === 'object') return 'an object';
  return `${String(value)}`;
}

/** Shortens a client's text for an error message. */
const quote = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
