/** What the pages ask of the API. */

/** Asks the API; a refusal becomes an Error with the API's own words. */
export async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (cause) {
    throw new Error('The lab does not answer. Is it still there?', { cause });
  }
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new Error(wordsOf(body) ?? `The lab refused this (${answer.status}).`);
  return body as T;
}

/** Posts JSON. */
export const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const wordsOf = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'text' in body && typeof body.text === 'string' ? body.text : undefined;

/** The words of any error. */
export const tell = (error: unknown): string => (error instanceof Error ? error.message : String(error));
