import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { measureCrowd, percentile } from '../../../tools/bench/chat-crowd.ts';

/** A chat that hands on what is said after so many milliseconds; `loses` says which message never arrives. */
async function startChat(ms: number, loses?: string): Promise<string> {
  const listeners = new Map<string, ServerResponse[]>();
  let said = Promise.resolve();
  /** In two pieces, as a network may. */
  const tell = async (everyone: readonly ServerResponse[], text: string): Promise<void> => {
    for (const listener of everyone) listener.write(`data: ${text.slice(0, 2)}`);
    await delay(1);
    for (const listener of everyone) listener.write(`${text.slice(2)}\n\n`);
  };
  const server = createServer(async (request, response) => {
    const room = /rooms\/([^/]+)/.exec(request.url ?? '')?.[1] ?? '';
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      listeners.set(room, [...(listeners.get(room) ?? []), response]);
      return;
    }
    const { text } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { text: string };
    await delay(ms);
    if (text !== loses) said = said.then(() => tell(listeners.get(room) ?? [], text));
    response.writeHead(201).end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CROWD = { clients: 6, rooms: 2, perSecond: 20, seconds: 1, signal: new AbortController().signal };

describe('a crowd in the chat', () => {
  test('tells of every message to every client of its room how long it took', async () => {
    const delays = await measureCrowd({ ...CROWD, apiUrl: await startChat(30) });
    expect(delays).toHaveLength(20 * 3);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(29);
    expect(percentile(delays, 50)).toBeLessThan(500);
  });

  test('does not pass over a message that was lost', async () => {
    const apiUrl = await startChat(0, '@50@');
    await expect(measureCrowd({ ...CROWD, apiUrl, patienceMs: 300 })).rejects.toThrow(
      'of 180 messages, clients of the chat got 177',
    );
  });
});

test.each([
  [50, 50],
  [99, 99],
  [100, 100],
])('the %dth percentile of 1 to 100 is %d', (percent, value) => {
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => 100 - index),
      percent,
    ),
  ).toBe(value);
});
