/**
 * Tries Kafka's addresses from this machine, as clients will: with TLS and the password, then every address that the brokers
 * name themselves. A client that reaches one broker is sent on to those addresses, so a wrong one there fails later, elsewhere.
 */
import type { Kafka } from 'kafkajs';
import { Problem } from './problem.ts';

export type KafkaAddresses = {
  /** `host:port` of each broker, as it is to be told to clients. */
  bootstrap: readonly string[];
  /** TLS and an account; a listener without either where this is absent. */
  login?: { username: string; password: string; caCertificate: string };
};

const RETRY = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 6 };

/** @throws Problem naming the address that does not answer, or that the brokers name and nobody declared */
export async function tryKafkaAddresses({ bootstrap, login }: KafkaAddresses): Promise<void> {
  const { createKafka } = await import('../apps/common/src/kafka.ts');
  const { createLogger } = await import('../apps/common/src/log.ts');
  const logger = createLogger('kafka-addresses');
  logger.level = 'silent';
  const connect = (broker: string): Kafka =>
    createKafka({
      brokers: [broker],
      clientId: 'kafka-addresses',
      logger,
      retry: RETRY,
      ...(login === undefined ? {} : { ssl: { ca: login.caCertificate }, sasl: login }),
    });
  await Promise.all(
    bootstrap.map(async (broker) => {
      const admin = connect(broker).admin();
      try {
        await admin.connect();
        const { brokers } = await admin.describeCluster();
        const named = brokers.map(({ host, port }) => `${host}:${port}`);
        const strange = named.filter((address) => !bootstrap.includes(address));
        if (strange.length > 0) {
          throw new Problem(
            `The Kafka broker at ${broker} sends its clients on to ${strange.join(', ')}, which is none of the lab's addresses (${bootstrap.join(', ')}): advertised.listeners in cloud-init/files/kafka-server.properties is not what the cloud gave the host.`,
          );
        }
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw new Problem(
          `Kafka is up, but its address ${broker} does not work from this machine: ${error instanceof Error ? error.message : String(error)}. Is there a firewall or a proxy between?`,
          { cause: error },
        );
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }),
  );
}
