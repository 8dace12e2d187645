/** One way to make a Kafka client: patient with a broker that is away, and quiet in the log. */
import {
  type Consumer,
  type ConsumerConfig,
  type ISocketFactory,
  Kafka,
  type KafkaConfig,
  type LogEntry,
  logLevel,
  Partitioners,
  type Producer,
  type ProducerConfig,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import type { Logger } from 'pino';
import { boundKafkaBatches } from './kafka-batches.ts';
import { correctKafkaTimers } from './kafka-timers.ts';

export interface KafkaOptions {
  /** `host:port` of the brokers to ask first; the others are learnt from them. */
  brokers: string[];
  /** Names this program in the broker's log. */
  clientId: string;
  logger: Logger;
  /** TLS when given; `ca` is the PEM text of the authority, the system's authorities without it. */
  ssl?: { ca?: string };
  /** SCRAM-SHA-512 when given, or PLAIN where it says so. */
  sasl?: { username: string; password: string; mechanism?: 'plain' };
  /** Other limits than a service's, which keeps trying for about a minute. */
  retry?: RetryOptions;
  /** Another way to connect, for who wants to cut a connection. */
  socketFactory?: ISocketFactory;
}

const SERVICE_RETRY: RetryOptions = { initialRetryTime: 300, maxRetryTime: 3_000, retries: 20 };

/** kafkajs tries these again by itself, and throws when it gives up: the caller tells it once. */
const RETRIED_NAMESPACES = new Set(['Connection', 'BrokerPool', 'Cluster']);
/** Said whenever a member comes or goes, and of every idempotent producer that gives up at some time instead of never. */
const EXPECTED = /^The group is rebalancing, re-joining|^Limiting retries for the idempotent producer/;

/** A topic is created by whoever runs the broker, never by a typing error in a client. */
class LabKafka extends Kafka {
  override producer(config?: ProducerConfig): Producer {
    return super.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      ...config,
    });
  }

  override consumer(config: ConsumerConfig): Consumer {
    return super.consumer({ allowAutoTopicCreation: false, ...config });
  }
}

const writeEntry =
  (logger: Logger) =>
  ({ namespace, level, log }: LogEntry): void => {
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log;
    const entry = { component: `kafka/${namespace}`, ...details };
    if (level > logLevel.WARN || RETRIED_NAMESPACES.has(namespace) || EXPECTED.test(message))
      logger.debug(entry, message);
    else if (level === logLevel.WARN) logger.warn(entry, message);
    else logger.error(entry, message);
  };

/** Makes a client; nothing connects before `connect()` of a producer, a consumer or an admin. */
export function createKafka({ brokers, clientId, logger, ssl, sasl, retry, socketFactory }: KafkaOptions): Kafka {
  correctKafkaTimers();
  boundKafkaBatches(({ error, ...batch }) =>
    logger.warn({ err: error, ...batch }, 'Messages of Kafka were passed over'),
  );
  const config: KafkaConfig = {
    brokers,
    clientId,
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: retry ?? SERVICE_RETRY,
    logLevel: logger.isLevelEnabled('debug') ? logLevel.INFO : logLevel.WARN,
    logCreator: () => writeEntry(logger),
    ...(socketFactory === undefined ? {} : { socketFactory }),
    ...(ssl === undefined ? {} : { ssl: ssl.ca === undefined ? true : { ca: [ssl.ca] } }),
    ...(sasl === undefined ? {} : { sasl: { mechanism: 'scram-sha-512', ...sasl } as SASLOptions }),
  };
  return new LabKafka(config);
}
