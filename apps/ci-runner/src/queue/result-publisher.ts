/** Sends what the runner has to say of its jobs to Kafka, each message once and for as long as it takes. */
import { setTimeout as delay } from 'node:timers/promises';
import { CI_RESULTS_TOPIC, type CiUpdate } from '@cloud-lab/common/ci-messages';
import type { Kafka, Producer } from 'kafkajs';
import type { Logger } from 'pino';

const PAUSE_MS = 2_000;

export class ResultPublisher {
  readonly #kafka: Kafka;
  readonly #logger: Logger;
  #producer: Producer | null = null;

  constructor(kafka: Kafka, logger: Logger) {
    this.#kafka = kafka;
    this.#logger = logger;
  }

  /** Resolves when the brokers have the message; tries until then, or until the signal aborts. */
  async publish(update: CiUpdate, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const producer = await this.#connected();
        await producer.send({
          topic: CI_RESULTS_TOPIC,
          acks: -1,
          messages: [{ key: update.id, value: JSON.stringify(update) }],
        });
        return;
      } catch (error) {
        this.#logger.warn({ err: error, job: update.id }, 'A result could not be sent yet');
        // An idempotent producer that lost its place in the sequence never finds it again: a new one does.
        await this.close();
        await delay(PAUSE_MS, undefined, { signal });
      }
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer === null) {
      const producer = this.#kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      this.#producer = producer;
    }
    return this.#producer;
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    await producer?.disconnect().catch(() => undefined);
  }
}
