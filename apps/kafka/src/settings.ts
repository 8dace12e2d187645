/** What a program on a Kafka host is told through its environment, and its client: the account of the brokers themselves. */
import { readEnvironment } from '@cloud-lab/common/environment';
import { createKafka } from '@cloud-lab/common/kafka';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import Type, { type Static } from 'typebox';

const password = (account: string) => Type.String({ minLength: 1, description: `password of the account ${account}` });

const Environment = Type.Object({
  KAFKA_HOST: Type.String({ minLength: 1, description: 'name of this host' }),
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port, separated by commas' }),
  BROKER_COUNT: Type.Integer({ minimum: 1, description: 'how many brokers the cluster has when it is whole' }),
  RETENTION_HOURS: Type.Integer({ minimum: 1, description: 'how long messages are kept' }),
  WHOLE_FILE: Type.String({
    pattern: '^/',
    description: 'says on the volume of how many brokers the cluster was whole',
  }),
  KAFKA_BROKER_PASSWORD: password('broker'),
  KAFKA_WEB_PASSWORD: password('web'),
  KAFKA_CI_RUNNER_PASSWORD: password('ci-runner'),
  KAFKA_STUDENT_PASSWORD: password('student'),
});

/** The settings of this host. */
export type HostSettings = Static<typeof Environment>;

/** @throws EnvironmentError naming what is missing */
export const readSettings = (): HostSettings => readEnvironment(Environment);

/** The account that the brokers have among themselves; it may do everything. */
export const brokerLogin = ({ KAFKA_BROKER_PASSWORD }: HostSettings) =>
  ({ mechanism: 'plain', username: 'broker', password: KAFKA_BROKER_PASSWORD }) as const;

/** The address of this host's own broker among the brokers. @throws Error where it is none of them */
export function ownBroker({ KAFKA_HOST, KAFKA_BROKERS }: HostSettings): { host: string; port: number } {
  const own = KAFKA_BROKERS.split(',').find((broker) => broker.startsWith(`${KAFKA_HOST}:`));
  if (own === undefined) throw new Error(`${KAFKA_HOST} is none of the brokers ${KAFKA_BROKERS}`);
  return { host: KAFKA_HOST, port: Number(own.split(':')[1]) };
}

/** A client that gives up within seconds: whoever uses it tries again, or says so. */
export const connectAsBroker = (settings: HostSettings, clientId: string, logger: Logger): Kafka =>
  createKafka({
    brokers: settings.KAFKA_BROKERS.split(','),
    clientId,
    logger,
    sasl: brokerLogin(settings),
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 3 },
  });
