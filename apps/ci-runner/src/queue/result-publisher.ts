/** Sends what the runner has to say of its jobs to Kafka: results for as long as it takes, progress when it can. */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_RESULTS_TOPIC, type CiUpdate } from '@cloud-lab/common/ci-messages';
import type { Kafka, Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { abortable } from './abortable.ts';

const PAUSE_MS = 2_000;
const CLOSE_LIMIT_MS = 2_000;

/** The way of one runner to the topic of results; connects with the first message. */
export class ResultPublisher {
  readonly #kafka: Kafka;
  readonly #logger: Logger;
  #producer: Promise<Producer> | null = null;
  /** The last message of each run that is on its way; the next one of that run follows it. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** The progress of each run that is not on its way yet. */
  readonly #news = new Map<string, CiUpdate>();

  constructor(kafka: Kafka, logger: Logger) {
    this.#kafka = kafka;
    this.#logger = logger;
  }

  /**
   * Resolves when the brokers have the message, after all that was said of the same run before; tries until then.
   * @throws the signal's reason when it aborts
   */
  async publish(update: CiUpdate, signal: AbortSignal): Promise<void> {
    // It says more than any progress that isn't on its way.
    this.#news.delete(update.id);
    await this.#follow(update.id, () => this.#insist(update, signal), signal);
  }

  /**
   * Sends progress in the background, in order. Newer progress takes the place of what isn't on its way yet, and what
   * the broker does not take is dropped: each message says all that is known of its run.
   */
  publishSoon(update: CiUpdate): void {
    this.#news.set(update.id, update);
    void this.#follow(update.id, () => this.#tell(update.id));
  }

  /** Lets go of the broker; progress that is still on its way may be lost. */
  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    const leave = async () => (await producer)?.disconnect();
    await abortable(leave(), AbortSignal.timeout(CLOSE_LIMIT_MS)).catch(() => undefined);
  }

  /** Runs `send` after what was sent of the same run before. */
  async #follow(id: string, send: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const before = this.#lanes.get(id) ?? Promise.resolve();
    const sent = (signal === undefined ? before : abortable(before, signal)).then(send);
    const lane = sent
      .catch(() => undefined)
      .then(() => {
        if (this.#lanes.get(id) === lane) this.#lanes.delete(id);
      });
    this.#lanes.set(id, lane);
    await sent;
  }

  async #insist(update: CiUpdate, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        await abortable(this.#send(update), signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.#logger.warn({ err: error, job: update.id }, 'A result could not be sent yet');
        await delay(PAUSE_MS, undefined, { signal });
      }
    }
  }

  async #tell(id: string): Promise<void> {
    const update = this.#news.get(id);
    this.#news.delete(id);
    if (update === undefined) return;
    try {
      await this.#send(update);
    } catch (error) {
      this.#logger.debug({ err: error, job: id }, 'The progress of a run was not sent');
    }
  }

  async #send(update: CiUpdate): Promise<void> {
    const producer = await this.#connected();
    await producer.send({
      topic: CI_RESULTS_TOPIC,
      acks: -1,
      messages: [{ key: update.id, value: JSON.stringify(update) }],
    });
  }

  /**
   * The producer, which connects again by itself. Not an idempotent one: kafkajs gives the sequence number of a message
   * that failed to the next one, and the broker, which may have the first, then takes the second for a copy of it.
   * A message that is there twice does no harm.
   */
  #connected(): Promise<Producer> {
    this.#producer ??= this.#connect().catch((error: unknown) => {
      this.#producer = null;
      throw error;
    });
    return this.#producer;
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer();
    await producer.connect();
    return producer;
  }
}
