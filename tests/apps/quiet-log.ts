/** A log for tests of services: nobody sees it, and its lines can be looked at. */
import { type Logger, pino } from 'pino';

export type KeptLog = { log: Logger; lines: () => Record<string, unknown>[] };

export function keepLog(): KeptLog {
  const texts: string[] = [];
  const log = pino({ level: 'trace', base: null }, { write: (text) => void texts.push(text) });
  return { log, lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>) };
}
