/** A crowd in the chat: many clients that listen, some that speak, and how long each word takes to each of them. */
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type Crowd = {
  apiUrl: string;
  clients: number;
  rooms: number;
  /** Messages in a second, over all rooms. */
  perSecond: number;
  /** Seconds that are measured; as many messages before them warm everything up. */
  seconds: number;
  signal: AbortSignal;
  /** How long to wait for the last words, in milliseconds (10 000). */
  patienceMs?: number;
};

const WARM_UP_SECONDS = 2;
const OPEN_AT_ONCE = 50;
const PATIENCE_MS = 10_000;
/** `@<number>@` stands in the text of each message of the crowd. */
const MARK = /@(\d+)@/g;

/**
 * @returns milliseconds from the moment that a message was sent until a client had it, for every message and every client of its room
 * @throws Error where a client did not get a message
 */
export async function measureCrowd(crowd: Crowd): Promise<number[]> {
  const { clients, rooms, perSecond, seconds, signal, patienceMs = PATIENCE_MS } = crowd;
  const sentAt: number[] = [];
  const delays: number[] = [];
  const warmUp = perSecond * WARM_UP_SECONDS;
  const total = warmUp + perSecond * seconds;
  let received = 0;
  const onMessage = (number: number): void => {
    received += 1;
    const sent = sentAt[number];
    if (sent !== undefined && number >= warmUp) delays.push(performance.now() - sent);
  };
  const streams = await openStreams(crowd, onMessage);
  try {
    const answers: Promise<void>[] = [];
    const begun = performance.now();
    for (let number = 0; number < total; number++) {
      await delay(Math.max(0, begun + (number * 1_000) / perSecond - performance.now()), undefined, { signal });
      sentAt[number] = performance.now();
      answers.push(say(crowd, number));
    }
    await Promise.all(answers);
    // Each message goes to everyone in its room.
    const expected = (total / rooms) * clients;
    const end = performance.now() + patienceMs;
    while (received < expected && performance.now() < end) await delay(20, undefined, { signal });
    if (received < expected) throw new Error(`of ${expected} messages, clients of the chat got ${received}`);
    return delays;
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** The value below which so many per cent of the values are. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('there is no percentile of no values');
  return value;
}

async function openStreams(
  { apiUrl, clients, rooms }: Crowd,
  onMessage: (number: number) => void,
): Promise<ClientRequest[]> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const streams: ClientRequest[] = [];
  for (let first = 0; first < clients; first += OPEN_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPEN_AT_ONCE, clients - first) }, async (_, position) => {
      const client = first + position;
      const url = `${apiUrl}/chat/rooms/${roomOf(client, rooms)}/events?user=listener-${client}`;
      streams.push(await openInTime(url, agent, onMessage));
    });
    await Promise.all(some);
  }
  return streams;
}

const roomOf = (number: number, rooms: number): string => `bench-${number % rooms}`;

/** The crowd before may still be leaving, and fill the chat. */
async function openInTime(url: string, agent: Agent, onMessage: (number: number) => void): Promise<ClientRequest> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openStream(url, agent, onMessage);
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(200);
    }
  }
}

function openStream(url: string, agent: Agent, onMessage: (number: number) => void): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { accept: 'text/event-stream' } }, (response: IncomingMessage) => {
      if (response.statusCode !== 200) {
        request.destroy();
        reject(new Error(`the chat answers ${response.statusCode} to a client that wants to listen`));
        return;
      }
      // A mark may be cut in two by the end of a piece.
      let rest = '';
      response.setEncoding('latin1').on('data', (text: string) => {
        rest += text;
        let end = 0;
        for (const match of rest.matchAll(MARK)) {
          onMessage(Number(match[1]));
          end = match.index + match[0].length;
        }
        rest = rest.slice(Math.max(end, rest.length - 12));
      });
      response.on('error', () => undefined);
      resolve(request);
    });
    request.on('error', reject);
  });
}

async function say({ apiUrl, rooms, signal }: Crowd, number: number): Promise<void> {
  const response = await fetch(`${apiUrl}/chat/rooms/${roomOf(number, rooms)}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: `speaker-${number % rooms}`, text: `@${number}@` }),
    signal,
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`the chat answers ${response.status} to a message: ${text}`);
}
