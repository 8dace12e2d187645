/** Errors that carry an HTTP status and a text meant for the person at the other end, and the words for those that do not. */
import { STATUS_CODES } from 'node:http';

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

/** What is said of bodies that cannot be read. */
export const BODY_WORDS = {
  tooLarge: 'The body is larger than 1 MiB.',
  empty: 'The body is empty: send a JSON object.',
  noJson: 'The body is not valid JSON.',
  wrongType: 'Send JSON, with the header Content-Type: application/json.',
};

/** Words for what Fastify itself refuses. */
const WORDS: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address holds a broken %-code.',
  FST_ERR_CTP_BODY_TOO_LARGE: BODY_WORDS.tooLarge,
  FST_ERR_CTP_EMPTY_JSON_BODY: BODY_WORDS.empty,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body has not the length that Content-Length says.',
  FST_ERR_CTP_INVALID_JSON_BODY: BODY_WORDS.noJson,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: BODY_WORDS.wrongType,
};

/** What a client is told of an error; of one that nobody expected, only where the log has it: under `requestId`. */
export function describeRefusal(
  error: Error & { statusCode?: number; code?: string },
  requestId: string,
): { status: number; text: string } {
  if (error instanceof HttpError) return { status: error.statusCode, text: error.message };
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    return {
      status: 500,
      text: `Something went wrong here. Whoever runs the lab finds it in the log as ${requestId}.`,
    };
  }
  if (error instanceof SyntaxError) return { status: 400, text: `The body is not valid JSON: ${error.message}.` };
  return { status, text: WORDS[error.code ?? ''] ?? `${STATUS_CODES[status] ?? 'Refused'}.` };
}

/** The path of a request's URL: a query may hold what is nobody's business. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;
