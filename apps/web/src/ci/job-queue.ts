/** The queue that hands jobs to the runners. */
import { CI_JOBS_TOPIC, type CiJob } from '@cloud-lab/common/ci-messages';
import type { Kafka, Producer } from 'kafkajs';
import { UnavailableError } from '../errors.ts';
import { within } from '../within.ts';
import { createJobPartitioner } from './job-partitioner.ts';

export interface JobQueue {
  /** Resolves once every in-sync replica of the queue has the job. */
  send(job: CiJob): Promise<void>;
}

const TIME_LIMIT_MS = 15_000;

export interface KafkaJobQueue extends JobQueue {
  stop(): Promise<void>;
}

/** Jobs as messages of the topic ci.jobs, spread over its partitions; connects with the first job, so Kafka may come up later than the web app. */
export function createKafkaJobQueue(kafka: Kafka): KafkaJobQueue {
  const createPartitioner = createJobPartitioner();
  let connected: Promise<Producer> | undefined;

  const connect = async (): Promise<Producer> => {
    const producer = kafka.producer({ createPartitioner });
    await producer.connect();
    return producer;
  };

  const deliver = async (job: CiJob): Promise<void> => {
    connected ??= connect();
    const producer = await connected;
    await producer.send({ topic: CI_JOBS_TOPIC, acks: -1, messages: [{ key: job.id, value: JSON.stringify(job) }] });
  };

  return {
    async send(job) {
      try {
        await within(TIME_LIMIT_MS, 'Kafka', deliver(job));
      } catch (error) {
        const broken = connected;
        connected = undefined;
        void broken?.then((producer) => producer.disconnect()).catch(() => undefined);
        throw new UnavailableError('The queue of the CI (Kafka) does not take jobs right now. Try again soon.', error);
      }
    },
    async stop() {
      const producer = await connected?.catch(() => undefined);
      await producer?.disconnect();
    },
  };
}
