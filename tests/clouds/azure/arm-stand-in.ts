/** Azure Resource Manager on the loopback: answers as it is told to, and remembers what it was asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

export type ArmStandIn = {
  url: string;
  /** `GET /path?query`, in order. */
  asked: string[];
  /** Headers of each of them. */
  headers: Record<string, string | string[] | undefined>[];
};

/**
 * @param answers by the method and the path without its query; of several the next one each time, and then the last one again. What
 * has no answer is 404, as in an empty subscription
 */
export async function startArm(answers: (url: string) => Record<string, Answer | Answer[]>): Promise<ArmStandIn> {
  const asked: string[] = [];
  const headers: ArmStandIn['headers'] = [];
  const given = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', base());
    asked.push(decodeURIComponent(`${request.method} ${url.pathname}${url.search.replaceAll('+', ' ')}`));
    headers.push(request.headers);
    const key = `${request.method} ${url.pathname}`;
    const known = answers(base())[key];
    const several = known === undefined ? [] : [known].flat();
    const number = given.get(key) ?? 0;
    given.set(key, number + 1);
    const answer: Answer = several[Math.min(number, several.length - 1)] ?? {
      status: 404,
      body: { error: { code: 'ResourceNotFound', message: `nothing is at ${url.pathname}` } },
    };
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: base(), asked, headers };
}

/** The error of a service, as Azure writes it. */
export function failure(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code, message } } };
}
