/** Sends messages to the playground, at once or for a while. */
import { setTimeout as delay } from 'node:timers/promises';
import { PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import { HttpError, UnavailableError } from '../errors.ts';
import type { SendRequest, StreamSending } from '../schemas/stream.ts';
import { within } from '../within.ts';
import type { ActivityLog } from './activity-log.ts';
import { PLAY_LIMITS } from './play-limits.ts';

/** A message on its way to the playground. */
export interface PlayMessage {
  topic: string;
  key: string | null;
  value: string;
  /** Chosen by the key, or by the client where there is none. */
  partition?: number;
}

export interface SenderOptions {
  /** Resolves when the brokers have them. */
  send: (messages: PlayMessage[]) => Promise<void>;
  partitions: number;
  activity: ActivityLog;
  onChange: () => void;
}

/** They have eight different colours, and every lane gets two of them. */
export const SAMPLE_KEYS = ['lime', 'banana', 'fig', 'kiwi', 'onion', 'hazel', 'peach', 'melon'] as const;
const TICK_MS = 100;
const ANSWER_MS = 5_000;
/** So many are sent at once, whatever else goes on. */
const FEW = 10;

type Running = { state: StreamSending; stop: AbortController };

export class Sender {
  readonly #options: SenderOptions;
  /** By the address that sends. */
  readonly #running = new Map<string, Running>();
  #turn = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** What is being sent, by all together. */
  get state(): StreamSending | null {
    const states = [...this.#running.values()].map(({ state }) => state);
    if (states.length === 0) return null;
    const sum = (part: keyof StreamSending): number => states.reduce((total, state) => total + state[part], 0);
    return { count: sum('count'), sent: sum('sent'), perSecond: sum('perSecond') };
  }

  /** Resolves with words when the first are sent; the others follow. @throws HttpError 409, 503 */
  async start(request: SendRequest, owner: string): Promise<string> {
    const { count, perSecond } = request;
    if (count <= Math.min(FEW, perSecond)) {
      await this.#send(this.#make(request, 0, count));
      return count === 1 ? 'The message is sent.' : `${count} messages are sent.`;
    }
    if (this.#running.has(owner)) {
      throw new HttpError(409, 'Your address sends messages already. Stop that first, or wait until it is done.');
    }
    if (this.#running.size >= PLAY_LIMITS.senders) {
      throw new HttpError(409, `${this.#running.size} others send messages already. Wait until one of them is done.`);
    }
    const running = { state: { count, sent: 0, perSecond }, stop: new AbortController() };
    this.#running.set(owner, running);
    try {
      await this.#sendNext(request, running.state, 1);
    } catch (error) {
      this.#running.delete(owner);
      throw error;
    }
    this.#options.activity.add('sending', `${count} messages are sent, ${perSecond} a second.`);
    void this.#goOn(request, running, owner);
    return `${count} messages are sent, ${perSecond} a second.`;
  }

  /** Ends what this address sends. @throws HttpError 403 where only others send */
  stop(owner: string): void {
    const own = this.#running.get(owner);
    if (own === undefined && this.#running.size > 0) {
      throw new HttpError(403, 'These messages are sent from another address. Wait until they are all sent.');
    }
    own?.stop.abort();
  }

  /** Ends all sending. */
  stopAll(): void {
    for (const { stop } of this.#running.values()) stop.abort();
  }

  async #goOn(request: SendRequest, { state, stop: { signal } }: Running, owner: string): Promise<void> {
    const begun = Date.now();
    try {
      while (state.sent < state.count && !signal.aborted) {
        await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
        const due = 1 + Math.floor(((Date.now() - begun) * state.perSecond) / 1_000);
        // After a pause of the broker it goes on at its pace, and not all at once.
        const ahead = Math.min(due - state.sent, PLAY_LIMITS.sendPerSecond);
        if (ahead > 0 && !signal.aborted) await this.#sendNext(request, state, ahead);
      }
      if (signal.aborted) this.#options.activity.add('sending', `Sending was stopped after ${state.sent} messages.`);
    } catch {
      this.#options.activity.add('sending', `Sending ended after ${state.sent} messages: Kafka does not take more.`);
    }
    this.#running.delete(owner);
    this.#options.onChange();
  }

  async #sendNext(request: SendRequest, state: StreamSending, ahead: number): Promise<void> {
    const messages = this.#make(request, state.sent, Math.min(ahead, state.count - state.sent));
    await this.#send(messages);
    state.sent += messages.length;
  }

  async #send(messages: PlayMessage[]): Promise<void> {
    try {
      await within(ANSWER_MS, 'Kafka', this.#options.send(messages));
    } catch (cause) {
      throw new UnavailableError('Kafka does not take messages right now. Try again soon.', cause);
    }
    this.#options.onChange();
  }

  #make({ key, text, count, spread }: SendRequest, from: number, size: number): PlayMessage[] {
    return Array.from({ length: size }, (_, index) => {
      const turn = this.#turn;
      this.#turn += 1;
      const value = count === 1 ? text : `${text} ${from + index + 1}`;
      if (spread === 'round-robin') {
        return { topic: PLAYGROUND_TOPIC, key: key ?? null, value, partition: turn % this.#options.partitions };
      }
      return { topic: PLAYGROUND_TOPIC, key: key ?? SAMPLE_KEYS[turn % SAMPLE_KEYS.length] ?? null, value };
    });
  }
}
