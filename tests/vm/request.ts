/** One request to a machine, told apart from a port that is there and behind which nobody is. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';

/** A firewall that drops a packet says nothing; an emulated machine takes its time. */
const ANSWER_MS = 10_000;

/**
 * Asks for a URL, as it is.
 * @param authority whose certificates are believed, PEM
 * @throws Error `no answer` where a connection comes to nothing
 */
export async function requestFrom(url: string, authority?: string): Promise<{ status: number; server: string }> {
  const { get } = url.startsWith('https:') ? https : http;
  const request = get(url, {
    agent: false,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(authority === undefined ? {} : { ca: authority }),
  });
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    return { status: answer.statusCode ?? 0, server: String(answer.headers.server ?? '') };
  } catch (error) {
    throw new Error(`no answer from ${url}: ${(error as Error).message}`, { cause: error });
  }
}
