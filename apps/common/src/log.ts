/** The log of an app: one JSON object a line on standard output, without secrets. */
import { type Logger, pino } from 'pino';

const SECRETS = ['password', 'key', 'token', 'secret', 'accountKey', 'authorization', 'cookie'];

/** The errors of a mistake in the program: only these need the place where they happened. */
const PROGRAMMING_ERRORS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** An error as a line of the log tells it: what happened and why, without the stack of what was expected to go wrong. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    ...(PROGRAMMING_ERRORS.has(error.name) ? { stack: error.stack } : {}),
  };
}

/** Makes the log of one app; LOG_LEVEL says from which level on, `info` without it. */
export function createLogger(name: string): Logger {
  return pino({
    name,
    level: process.env.LOG_LEVEL ?? 'info',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: SECRETS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
  });
}
