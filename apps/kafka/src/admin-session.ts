/** An administration client for one piece of work, within a time. */
import type { Admin } from 'kafkajs';
import type { Logger } from 'pino';
import { connectAsBroker, type HostSettings } from './settings.ts';

export interface AdminSession {
  settings: HostSettings;
  /** Names this program in the broker's log. */
  clientId: string;
  logger: Logger;
  limitMs: number;
}

/** @throws Error of the client, or that there was no answer in time */
export async function withAdmin<T>(
  { settings, clientId, logger, limitMs }: AdminSession,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = connectAsBroker(settings, clientId, logger).admin();
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  try {
    return await Promise.race([admin.connect().then(() => work(admin)), timedOut]);
  } finally {
    clearTimeout(timer);
    // Not waited for: while brokers come and go, kafkajs may wait for ever for an answer before it leaves.
    void admin.disconnect().catch(() => undefined);
  }
}
