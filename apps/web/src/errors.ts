/** Errors that carry an HTTP status and a text meant for the person at the other end. */

/** Refuses a request with `statusCode`; `text` is shown to the client as it is. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, text: string, options: ErrorOptions & { headers?: Record<string, string> } = {}) {
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.statusCode = statusCode;
    this.headers = options.headers ?? {};
  }
}

/** A part of the lab that this request needs does not answer now: 503, try again. */
export class UnavailableError extends HttpError {
  override readonly name = 'UnavailableError';

  constructor(text: string, cause?: unknown) {
    super(503, text, { cause, headers: { 'retry-after': '5' } });
  }
}

/** Text for a missing argument, as the lab's functions have always said it, newline included. */
export const missingArgument = (name: string): string =>
  `A value for \`${name}\` is required. Use GET to check arguments.\n`;
