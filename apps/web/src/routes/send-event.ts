/** Sends events (Server-Sent Events) to clients; one that leaves them unread for too long is cut off. */
import { once } from 'node:events';
import type { SSEMessage } from '@fastify/sse';
import type { FastifyReply } from 'fastify';

/** How long a client may leave what it was sent unread, in milliseconds. */
export const SLOW_MS = 30_000;
/** Between two signs of life, in milliseconds. */
export const HEARTBEAT_MS = 15_000;

/** Bytes that may wait for a client that others do not wait for. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Sends one message; waits for a client that is slow, but not for long, as what it was sent lies in our memory. */
export async function sendEvent(
  reply: FastifyReply,
  message: SSEMessage,
  signal: AbortSignal,
  slowMs: number,
): Promise<void> {
  // Destroyed comes before the signal, which is told of the end of the connection a moment later.
  if (signal.aborted || reply.raw.destroyed) return;
  const sent = reply.sse.send(message);
  if (!reply.raw.writableNeedDrain) return sent;
  // The plugin's own promise would never settle if the client left now.
  await untilRead(reply, signal, slowMs);
}

/** Sends the same events to many, none of whom waits for another. */
export class EventPusher {
  readonly #reply: FastifyReply;
  readonly #signal: AbortSignal;
  readonly #slowMs: number;
  #waiting = false;

  constructor(reply: FastifyReply, signal: AbortSignal, slowMs: number) {
    this.#reply = reply;
    this.#signal = signal;
    this.#slowMs = slowMs;
  }

  /** Sends an event that is framed already. */
  push(frame: Buffer): void {
    const { raw } = this.#reply;
    if (this.#signal.aborted || raw.destroyed) return;
    this.#reply.sse.sendHeaders();
    raw.write(frame);
    if (raw.writableLength > MAX_UNREAD_BYTES) raw.destroy();
    if (!raw.writableNeedDrain || this.#waiting) return;
    this.#waiting = true;
    void untilRead(this.#reply, this.#signal, this.#slowMs).finally(() => {
      this.#waiting = false;
    });
  }
}

/** An event as it goes over the wire. */
export function frameEvent({ event, id, data }: { event: string; id?: string | undefined; data: unknown }): Buffer {
  const place = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

async function untilRead({ raw }: FastifyReply, signal: AbortSignal, slowMs: number): Promise<void> {
  const limit = AbortSignal.timeout(slowMs);
  await once(raw, 'drain', { signal: AbortSignal.any([signal, limit]) }).catch(() => undefined);
  if (limit.aborted) raw.destroy();
}
