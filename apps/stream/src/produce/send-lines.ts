/** Sends lines as they come, in their order: one request at a time, and with the next all that has come meanwhile. */
import type { OutgoingMessage, StreamProducer } from '../client/client.ts';

/** So much may wait for the request before; then the input waits too. */
const WAITING_MESSAGES = 2_000;
const WAITING_BYTES = 900_000;

/**
 * Resolves with how many were sent, at the end of the input or when `signal` aborts.
 * @throws What the producer throws; nothing after that line is sent.
 */
export async function sendLines(
  batches: AsyncIterable<OutgoingMessage[]>,
  send: StreamProducer['send'],
  signal: AbortSignal,
): Promise<number> {
  let waiting: OutgoingMessage[] = [];
  let waitingBytes = 0;
  let sent = 0;
  let sending: Promise<void> | undefined;
  let failure: unknown;

  const sendWaiting = async (): Promise<void> => {
    while (waiting.length > 0 && failure === undefined) {
      const messages = waiting;
      waiting = [];
      waitingBytes = 0;
      await send(messages);
      sent += messages.length;
    }
  };
  const start = () => {
    sending ??= sendWaiting()
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        sending = undefined;
      });
  };

  for await (const messages of batches) {
    for (const message of messages) {
      waiting.push(message);
      waitingBytes += Buffer.byteLength(message.value);
      const full = waiting.length >= WAITING_MESSAGES || waitingBytes >= WAITING_BYTES;
      if (!full) continue;
      start();
      // Until the request before has gone, and these go with the next.
      while (waiting.length > 0 && failure === undefined) await sending;
      if (failure !== undefined || signal.aborted) break;
    }
    if (failure !== undefined || signal.aborted) break;
    start();
  }
  start();
  await sending;
  if (failure !== undefined) throw failure;
  return sent;
}
