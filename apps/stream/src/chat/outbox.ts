/** Lines on their way: said one after the other, kept and sent again until the chat has them, each once. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChatApi, ChatAwayError } from './chat-api.ts';

export interface OutboxOptions {
  api: Pick<ChatApi, 'say'>;
  /** A line could not be sent now; it is kept. Called once until one gets through. */
  onKept: (text: string, reason: string) => void;
  /** A line is refused and not sent again. */
  onRefused: (text: string, reason: string) => void;
  /** Milliseconds before the first line is tried again (500); longer each time. */
  pauseMs?: number;
}

const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

type Line = { room: string; text: string; sendId: string };

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lines: Line[] = [];
  readonly #closed = new AbortController();
  #sending: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Lines that the chat does not have yet. */
  get waiting(): string[] {
    return this.#lines.map(({ text }) => text);
  }

  add(room: string, text: string): void {
    this.#lines.push({ room, text, sendId: randomUUID() });
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when every line is sent or refused, or the limit is over. */
  async flush(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#closed.abort(), limitMs);
    await this.#sending;
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    let attempt = 0;
    for (let [line] = this.#lines; line !== undefined && !this.#closed.signal.aborted; [line] = this.#lines) {
      try {
        await this.#options.api.say(line.room, line.text, line.sendId);
        this.#lines.shift();
        attempt = 0;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!(error instanceof ChatAwayError)) {
          this.#lines.shift();
          this.#options.onRefused(line.text, reason);
          continue;
        }
        if (attempt === 0) this.#options.onKept(line.text, reason);
        const pause = error.waitMs ?? Math.min((this.#options.pauseMs ?? PAUSE_MS) * 2 ** attempt, LONGEST_PAUSE_MS);
        attempt += 1;
        await delay(pause, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      }
    }
  }
}
