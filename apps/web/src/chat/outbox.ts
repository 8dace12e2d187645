/** What this process is sending: each message until it has been read back. */
import type { ChatMessage } from '@cloud-lab/common/chat';
import { UnavailableError } from '../errors.ts';
import { type ChatWrite, type Saying, writeSaying } from './record.ts';

type Sent = { message: ChatMessage; isNew: boolean };

interface Waiting {
  arrived: PromiseWithResolvers<ChatMessage>;
  /** How many wait for it. */
  count: number;
}

const NOT_SENT = 'Kafka does not take messages right now. Try again in a moment.';
const NOT_SEEN =
  'The message was sent but has not come back from Kafka yet. It will appear; sent again with the same `sendId` it appears once.';

export class Outbox {
  readonly #write: (write: ChatWrite) => Promise<void>;
  readonly #waiting = new Map<string, Waiting>();

  /** `write` resolves when Kafka has the message. */
  constructor(write: (write: ChatWrite) => Promise<void>) {
    this.#write = write;
  }

  /** Sends it and waits until it has been read back, or refuses when `limit` aborts; one that is under way is sent once. */
  async send(saying: Saying & { sendId: string }, limit: AbortSignal): Promise<Sent> {
    const name = nameOf(saying.room, saying.user, saying.sendId);
    const isNew = !this.#waiting.has(name);
    const waiting = this.#waiting.get(name) ?? { arrived: Promise.withResolvers<ChatMessage>(), count: 0 };
    this.#waiting.set(name, waiting);
    waiting.count += 1;
    let isWritten = !isNew;
    const writing = isNew ? this.#write(writeSaying(saying)) : Promise.resolve();
    const refused = Promise.withResolvers<never>();
    const giveUp = (): void => refused.reject(new UnavailableError(isWritten ? NOT_SEEN : NOT_SENT));
    writing.then(
      () => {
        isWritten = true;
      },
      (cause: unknown) => refused.reject(new UnavailableError(NOT_SENT, cause)),
    );
    limit.addEventListener('abort', giveUp, { once: true });
    if (limit.aborted) giveUp();
    try {
      return { message: await Promise.race([waiting.arrived.promise, refused.promise]), isNew };
    } finally {
      limit.removeEventListener('abort', giveUp);
      waiting.count -= 1;
      if (waiting.count === 0) this.#waiting.delete(name);
    }
  }

  /** A message was read. */
  arrived(message: ChatMessage): void {
    if (message.sendId === undefined) return;
    this.#waiting.get(nameOf(message.room, message.user, message.sendId))?.arrived.resolve(message);
  }
}

const nameOf = (room: string, user: string, sendId: string): string => `${room}\n${user}\n${sendId}`;
