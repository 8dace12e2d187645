/** The one shape of every error that the API answers with, and what each status means. */
import Type, { type TSchema } from 'typebox';

const RETRY_AFTER = {
  'Retry-After': { type: 'integer', description: 'Seconds after which it may be tried again' },
} as const;

/** What an error of each status says. */
const MEANINGS = {
  400: { description: 'The request is not valid' },
  401: { description: 'The request is not signed' },
  403: { description: 'The request is not allowed, such as one of a page of another site' },
  404: { description: 'What the request names does not exist' },
  405: { description: 'The method is not possible here; `Allow` names those that are' },
  409: { description: 'Not possible in the present state' },
  413: { description: 'The body is too large' },
  415: { description: 'The body is not of a type that is read here' },
  429: { description: 'Rate limit exceeded', headers: RETRY_AFTER },
  500: { description: 'An error of the lab' },
  503: { description: 'A part of the lab is unavailable or busy', headers: RETRY_AFTER },
} as const;

export type ErrorStatus = keyof typeof MEANINGS;

const shape = {
  status: Type.Literal('error'),
  text: Type.String({ description: 'What went wrong, in words for a person' }),
};

export const ErrorSchema = Type.Object(shape, { description: 'The request was refused; `text` says why' });

/**
 * Returns the responses of a route that are errors, each by its status. What plugins answer (a broken body, a foreign
 * origin, a rate limit, an error of the lab) is added to every route by itself.
 */
export const errorsOf = (...statuses: ErrorStatus[]): Partial<Record<ErrorStatus, TSchema>> =>
  Object.fromEntries(statuses.map((status) => [status, Type.Object(shape, MEANINGS[status])]));

/** Description of one argument, as GET answers it. */
export const ArgumentSchema = Type.Object({
  name: Type.String({ description: 'Name of the argument' }),
  required: Type.Boolean({ description: 'Whether a value must be given' }),
  description: Type.String({ description: 'What the argument means' }),
});
