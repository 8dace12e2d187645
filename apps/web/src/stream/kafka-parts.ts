/** The parts of the view on a real Kafka. */
import type { Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { type ConnectKafka, DemoConsumer } from './demo-consumer.ts';
import { createKafkaReader } from './kafka-reader.ts';
import type { StreamParts } from './stream-view.ts';
import { KafkaTail } from './topic-tail.ts';

/** Names the view in the brokers' log. */
const CLIENT = 'stream-view';

/** Makes them; nothing connects before it is used. `sessionMs`: of the demo consumers. */
export function createKafkaParts(connect: ConnectKafka, log: Pick<Logger, 'debug'>, sessionMs?: number): StreamParts {
  const kafka = connect(CLIENT);
  let producing: Promise<Producer> | undefined;

  const connectProducer = async (): Promise<Producer> => {
    const producer = kafka.producer();
    await producer.connect();
    return producer;
  };

  return {
    reader: createKafkaReader(kafka),
    openTail: (topic, changed) => new KafkaTail(topic, { kafka, log, changed }),
    createConsumer: (options) =>
      new DemoConsumer({ ...options, connect, ...(sessionMs === undefined ? {} : { sessionMs }) }),
    async send(messages) {
      producing ??= connectProducer();
      const attempt = producing;
      try {
        const [{ topic } = { topic: '' }] = messages;
        await (await attempt).send({ topic, acks: -1, messages: messages.map(({ topic: _, ...message }) => message) });
      } catch (error) {
        if (producing === attempt) producing = undefined;
        void attempt.then((producer) => producer.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    async close() {
      const producer = await producing?.catch(() => undefined);
      await producer?.disconnect();
    },
  };
}
