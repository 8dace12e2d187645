/** Downloads a file whose checksum is known, with limits that fit an unreachable host as well as a slow line. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { pipeline } from 'node:stream/promises';

export type DownloadLimits = {
  /** Until the host has answered. */
  answerMs: number;
  /** Without a single byte. */
  stallMs: number;
  totalMs: number;
};

export const defaultLimits: DownloadLimits = { answerMs: 4000, stallMs: 30_000, totalMs: 30 * 60_000 };

/** A response whose headers have come, and the means to end it. */
export type Answer = { url: string; response: Response; abort: AbortController };

let proxyRead = false;

/** Asks for `url`; fails in words if there is no good answer within the limit. */
export async function ask(url: string, limits = defaultLimits, method = 'GET'): Promise<Answer> {
  if (!proxyRead) setGlobalProxyFromEnv();
  proxyRead = true;
  const abort = new AbortController();
  const limit = setTimeout(
    () => abort.abort(new Error(`no answer within ${limits.answerMs / 1000} s`)),
    limits.answerMs,
  );
  try {
    const response = await fetch(url, { method, signal: abort.signal });
    if (response.ok) return { url, response, abort };
    abort.abort();
    throw new Error(`status ${response.status}`);
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`);
  } finally {
    clearTimeout(limit);
  }
}

/** Reads the answer as text, within the limits. */
export async function readText(answer: Answer, limits = defaultLimits): Promise<string> {
  const limit = setTimeout(() => answer.abort.abort(new Error('the download stalled')), limits.stallMs);
  try {
    return await answer.response.text();
  } catch (error) {
    throw new Error(`${answer.url}: ${reasonOf(error)}`);
  } finally {
    clearTimeout(limit);
  }
}

/** Writes the answer to `path`; fails if its SHA-256 is another than `sha256`. */
export async function saveChecked(
  answer: Answer,
  path: string,
  sha256: string,
  onBytes: (received: number, total: number | undefined) => void,
  limits = defaultLimits,
): Promise<void> {
  const { url, response, abort } = answer;
  if (response.body === null) throw new Error(`${url}: the answer is empty`);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const hash = createHash('sha256');
  let received = 0;
  const stalled = (): void => abort.abort(new Error(`no byte for ${limits.stallMs / 1000} s`));
  let stall = setTimeout(stalled, limits.stallMs);
  const total = setTimeout(() => abort.abort(new Error('the download takes too long')), limits.totalMs);
  const reader = response.body.getReader();
  async function* metered(): AsyncGenerator<Uint8Array> {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(stall);
      stall = setTimeout(stalled, limits.stallMs);
      hash.update(part.value);
      received += part.value.length;
      onBytes(received, Number.isNaN(length) ? undefined : length);
      yield part.value;
    }
  }
  try {
    await pipeline(metered(), createWriteStream(path), { signal: abort.signal });
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(abort.signal.aborted ? abort.signal.reason : error)}`);
  } finally {
    clearTimeout(stall);
    clearTimeout(total);
  }
  const actual = hash.digest('hex');
  if (actual !== sha256) {
    throw new Error(`${url}: its SHA-256 is ${actual}, the vendor's list says ${sha256}; the file was not used`);
  }
}

/** The innermost reason: fetch hides it behind "fetch failed". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof AggregateError) return reasonOf(error.cause.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
