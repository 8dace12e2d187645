/**
 * Tries Kafka's addresses from this machine, as clients will: with TLS and the password, then every address that the brokers
 * name themselves. A client that reaches one broker is sent on to those addresses, so a wrong one there fails later, elsewhere.
 */
import { Problem } from './problem.ts';

/** TLS and an account. */
export type KafkaLogin = { username: string; password: string; caCertificate: string };

export type KafkaAddresses = {
  /** `host:port` of each broker, as it is to be told to clients. */
  bootstrap: readonly string[];
  /** Absent for a listener without TLS and password. */
  login?: KafkaLogin;
};

/** Asks the broker at an address for the addresses of all brokers. */
export type AskBroker = (address: string, login: KafkaLogin | undefined) => Promise<string[]>;

/** About a minute: a broker that is just being started anew by systemd is waited for. */
const RETRY = { initialRetryTime: 200, maxRetryTime: 3_000, retries: 20 };

/** @throws Problem naming the address that does not answer, or that the brokers name and nobody declared */
export async function tryKafkaAddresses(
  { bootstrap, login }: KafkaAddresses,
  ask: AskBroker = askBroker,
): Promise<void> {
  await Promise.all(
    bootstrap.map(async (address) => {
      const named = await ask(address, login).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Problem(
          `Kafka is up, but its address ${address} does not work from this machine: ${reason}. Is there a firewall or a proxy between?`,
          { cause },
        );
      });
      const strange = named.filter((other) => !bootstrap.includes(other));
      if (strange.length === 0) return;
      throw new Problem(
        `The Kafka broker at ${address} sends its clients on to ${strange.join(', ')}, which is none of the lab's addresses (${bootstrap.join(', ')}): advertised.listeners in cloud-init/files/kafka-server.properties is not what the cloud gave the host.`,
      );
    }),
  );
}

const askBroker: AskBroker = async (address, login) => {
  // Loaded here, as a preview asks nobody.
  const { createKafka } = await import('../apps/common/src/kafka.ts');
  const { createLogger } = await import('../apps/common/src/log.ts');
  const logger = createLogger('kafka-addresses');
  logger.level = 'silent';
  const secure = login === undefined ? {} : { ssl: { ca: login.caCertificate }, sasl: login };
  const kafka = createKafka({ brokers: [address], clientId: 'kafka-addresses', logger, retry: RETRY, ...secure });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.map(({ host, port }) => `${host}:${port}`);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};
