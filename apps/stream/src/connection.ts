/** A Kafka client from the command line's options, and its errors in words. */
import { readFile } from 'node:fs/promises';
import { createKafka } from '@cloud-lab/common/kafka';
import { createLogger } from '@cloud-lab/common/log';
import type { Kafka } from 'kafkajs';
import type { StreamOptions } from './arguments.ts';

/** Someone waits at a terminal: give up after some ten seconds. */
export const TERMINAL_RETRY = { initialRetryTime: 300, maxRetryTime: 3_000, retries: 5 };

/** What went wrong, in one line for the person who typed the command. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new StreamError(`The certificate file ${file} cannot be read.`, { cause });
  }
}

/** The client: SCRAM over TLS with a username, plaintext without. */
export async function connectTo(options: StreamOptions, clientId: string): Promise<Kafka> {
  const logger = createLogger(clientId);
  // The one line that a person reads comes from describeFailure.
  if (process.env.LOG_LEVEL === undefined) logger.level = 'silent';
  const { username, password, ca } = options;
  return createKafka({
    brokers: [options.broker],
    clientId,
    logger,
    retry: TERMINAL_RETRY,
    ...(username === undefined ? {} : { ssl: ca === undefined ? {} : { ca: await readAuthority(ca) } }),
    ...(username === undefined || password === undefined ? {} : { sasl: { username, password } }),
  });
}

const causes = (error: unknown): Error[] => (error instanceof Error ? [error, ...causes(error.cause)] : []);

/** One line about what failed, and what to look at. */
export function describeFailure(error: unknown, options: StreamOptions): string {
  const chain = causes(error);
  const text = chain.map(({ name, message }) => `${name}: ${message}`).join('; ');
  const at = `the broker ${options.broker}`;
  if (error instanceof StreamError) return error.message;
  if (/SASLAuthentication/.test(text)) return `${at} refused the username or the password.`;
  if (/certificate|self.signed|altnames|issuer/i.test(text)) {
    return `The certificate of ${at} is not trusted: give the lab's authority with --ca FILE (${chain.at(-1)?.message}).`;
  }
  if (/does not host this topic|UNKNOWN_TOPIC/.test(text)) return `The topic ${options.topic} does not exist on ${at}.`;
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return `The host of ${at} has no address: is its name right?`;
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|timeout/i.test(text)) {
    return `Nothing answers at ${at}: is it running, and is its port open to you?`;
  }
  if (/SSL|TLS|wrong version|Closed connection|ECONNRESET|disconnected/i.test(text)) {
    return options.username === undefined
      ? `${at} closed the connection: perhaps it wants TLS with --username and --password.`
      : `${at} does not speak TLS on this port: try without a username, or another port.`;
  }
  return error instanceof Error ? error.message : String(error);
}
