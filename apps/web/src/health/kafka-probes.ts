/** How Kafka is asked whether it takes messages, and which CI runners are there. */
import { probeKafka } from '@cloud-lab/common/probe-kafka';
import { RUNNERS_GROUP } from '@cloud-lab/common/topics';
import type { Kafka } from 'kafkajs';
import { type Probe, ProbeError } from './health.ts';

const RETRY = { retries: 1, initialRetryTime: 100 };
/** For an acknowledgement; a health check as a whole has hardly more. */
const ACKNOWLEDGE_LIMIT_MS = 1_500;

export interface KafkaProbes {
  probes: Probe[];
  stop(): Promise<void>;
}

/** Sends messages that all copies in sync have to have, and asks for the members of the runners' group. */
export function kafkaProbes(kafka: Kafka): KafkaProbes {
  const admin = keepConnected(() => kafka.admin({ retry: RETRY }));
  const producer = keepConnected(() => kafka.producer({ retry: RETRY }));

  const brokers: Probe = {
    name: 'kafka',
    title: 'Kafka',
    whenDown: 'Kafka takes no messages. New runs of the CI cannot be queued.',
    check: async () => {
      const [{ brokers }] = await Promise.all([
        admin.use((client) => client.describeCluster()),
        producer.use((client) => probeKafka(client, 'web', ACKNOWLEDGE_LIMIT_MS)),
      ]);
      return brokers.length === 1 ? 'One broker takes messages.' : `${brokers.length} brokers take messages.`;
    },
  };
  const runners: Probe = {
    name: 'runners',
    title: 'CI runners',
    whenDown: 'Kafka does not answer, so nobody knows which runners are there.',
    check: async () => {
      const { groups } = await admin.use((client) => client.describeGroups([RUNNERS_GROUP]));
      const count = groups[0]?.members.length ?? 0;
      if (count === 0) throw new ProbeError('No runner is there. Runs of the CI wait until one comes.');
      return count === 1 ? 'One runner is there.' : `${count} runners are there.`;
    },
  };

  return {
    probes: [brokers, runners],
    async stop() {
      await Promise.all([admin.stop(), producer.stop()]);
    },
  };
}

interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** One client, connected when first needed, and anew after it has failed. */
function keepConnected<T extends Client>(create: () => T) {
  let connected: Promise<T> | undefined;
  const connect = async (): Promise<T> => {
    const client = create();
    await client.connect();
    return client;
  };
  return {
    async use<R>(work: (client: T) => Promise<R>): Promise<R> {
      connected ??= connect();
      const attempt = connected;
      try {
        return await work(await attempt);
      } catch (error) {
        if (connected === attempt) connected = undefined;
        void attempt.then((client) => client.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    async stop(): Promise<void> {
      const client = await connected?.catch(() => undefined);
      await client?.disconnect();
    },
  };
}
