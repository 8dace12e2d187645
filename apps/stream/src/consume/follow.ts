/** Reads until enough has come, nothing comes any more, or the program is told to stop; commits what is dealt with. */
import type { IncomingMessage, StreamReader } from '../client/client.ts';

export interface FollowOptions {
  /** Messages to read, Infinity for all that ever come. */
  count: number;
  /** Milliseconds without a message after which to end, Infinity for never. */
  idleMs: number;
  signal: AbortSignal;
  /** Deals with messages; false ends it, and these are not committed. */
  onMessages: (messages: IncomingMessage[]) => Promise<boolean>;
  /** Called for each second without a message. */
  onIdle: () => void;
}

const SECOND_MS = 1_000;
/** Between two commits while messages come. */
const COMMIT_MS = 1_000;
/** How soon it is seen that the program is told to stop. */
const LOOK_MS = 100;

/** Resolves at the end; whoever closes the reader commits the last of it. */
export async function follow(reader: StreamReader, options: FollowOptions): Promise<void> {
  const { count, idleMs, signal, onMessages, onIdle } = options;
  let left = count;
  let lastMessage = performance.now();
  let lastNotice = lastMessage;
  let lastCommit = lastMessage;
  while (left > 0 && !signal.aborted) {
    const messages = (await reader.read(LOOK_MS)).slice(0, left);
    const now = performance.now();
    if (messages.length > 0) {
      if (signal.aborted || !(await onMessages(messages))) return;
      reader.done(messages);
      left -= messages.length;
      lastMessage = performance.now();
      lastNotice = lastMessage;
    } else if (now - lastMessage >= idleMs) {
      return;
    } else if (now - lastNotice >= SECOND_MS) {
      lastNotice = now;
      onIdle();
    }
    if (now - lastCommit >= COMMIT_MS) {
      lastCommit = now;
      await reader.commit();
    }
  }
}
