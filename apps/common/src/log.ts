/** The log of an app: one JSON object a line on standard output, without secrets. */
import { type Logger, pino } from 'pino';

const SECRETS = ['password', 'key', 'token', 'secret', 'accountKey', 'authorization', 'cookie'];

/** Makes the log of one app; LOG_LEVEL says from which level on, `info` without it. */
export function createLogger(name: string): Logger {
  return pino({
    name,
    level: process.env.LOG_LEVEL ?? 'info',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
  });
}
