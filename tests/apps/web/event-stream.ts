/** A client of Server-Sent Events for tests, as a browser is one. */
import { vi } from 'vitest';

const LIMIT_MS = 5_000;

export interface SentEvent {
  event: string;
  id: string | undefined;
  data: unknown;
}

export interface EventStream {
  response: Response;
  events: SentEvent[];
  /** Comments, which a browser keeps to itself. */
  comments: string[];
  /** Whether the server has closed it. */
  closed: boolean;
  /** All text of the log since it last began anew. */
  readonly log: string;
  names(): string[];
  leave(): void;
  /** Waits until this holds. */
  until(holds: () => boolean): Promise<void>;
}

/** Reads the events of a text that is complete. */
export function parseEvents(text: string): { events: SentEvent[]; comments: string[] } {
  const events: SentEvent[] = [];
  const comments: string[] = [];
  for (const block of text.split('\n\n').filter((each) => each !== '')) {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
    );
    const comment = fields.get('');
    if (comment !== undefined) comments.push(comment);
    else
      events.push({
        event: fields.get('event') ?? '',
        id: fields.get('id'),
        data: JSON.parse(fields.get('data') ?? ''),
      });
  }
  return { events, comments };
}

/** Opens a stream and reads it as it comes. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const stream: EventStream = {
    response,
    events: [],
    comments: [],
    closed: false,
    get log() {
      const last = this.events.findLastIndex(({ event }) => event === 'restart');
      const pieces = this.events.slice(last + 1).filter(({ event }) => event === 'log');
      return pieces.map(({ data }) => data).join('');
    },
    names() {
      return this.events.map(({ event }) => event);
    },
    leave: () => leaving.abort(),
    async until(holds) {
      await vi.waitFor(
        () => {
          if (!holds()) throw new Error(`not yet, after ${JSON.stringify(this.names())}`);
        },
        { timeout: LIMIT_MS, interval: 5 },
      );
    },
  };
  void read(stream).catch(() => undefined);
  return stream;
}

async function read(stream: EventStream): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream.response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf('\n\n') + 2;
    if (end < 2) continue;
    const { events, comments } = parseEvents(rest.slice(0, end));
    stream.events.push(...events);
    stream.comments.push(...comments);
    rest = rest.slice(end);
  }
  stream.closed = true;
}
